import { describe, expect, test } from 'vitest';
import type { ExperimentView } from '../../../../contracts/experiment.ts';
import { NOTHING_TOLD, tellEvents } from '../../../../ui-cli/display/events.ts';
import {
  blessingView,
  completedView,
  epochRecord,
  progressAt,
  replicatingView,
  trainingView,
  trialView,
  viewOf,
} from '../../../support/experiment-views.ts';

/** Lines of each view in turn. */
const tell = (...views: readonly ExperimentView[]): readonly (readonly string[])[] => {
  let told = NOTHING_TOLD;
  return views.map((view) => {
    const news = tellEvents(told, view);
    told = news.told;
    return news.events.flatMap(({ lines }) => lines);
  });
};

const DATASET_LINES = [
  'dataset ds-0123456789abcdef: 20,000 samples of 350 users and 250 items',
  'split: train 14,000, validation 3,000, test 3,000',
  'label=1.0: 3,000 (15.0 %)  # strong positives: apply, interest',
  'label=0.9: 1,500 ( 7.5 %)  # favorites',
  'label=0.8: 2,000 (10.0 %)  # likes',
  'label=0.6: 3,500 (17.5 %)  # clicks',
  'label=0.4: 7,000 (35.0 %)  # views',
  'label=0.0: 3,000 (15.0 %)  # negatives: dislikes, negative samples',
  'embedding coverage 98.0 %, feature width: user 512, item 468',
];

describe('ui-cli/events', () => {
  test('a blessing is named, and each new attempt told once with the last error', () => {
    const views = [blessingView(0), blessingView(2), blessingView(2), blessingView(3)];
    const [first, ...later] = tell(...views);
    expect(first?.slice(first.indexOf('gate: started'))).toEqual(['gate: started', 'gate: blessing: started']);
    expect(later).toEqual([
      ['gate: blessing, attempt 3 of 10; last error: DISK_FULL: no room for a bundle'],
      [],
      ['gate: blessing, attempt 4 of 10; last error: DISK_FULL: no room for a bundle'],
    ]);
  });

  test("the gate's replicates are told like trials, after the sentence that says what they are", () => {
    const before = replicatingView({ replicates: { of: 5, trials: [] }, progress: {} });
    const view = replicatingView();
    expect(tell(before, view)[1]).toEqual([
      'gate: trains trial-000 with 4 other seeds',
      'trial-000-replicate-2: started (learning_rate 0.001, hidden_dims [64,32])',
      'trial-000-replicate-2: completed, best NDCG@10 0.3000 at epoch 2 of 2, 1.0 s',
      'trial-000-replicate-3: started (learning_rate 0.001, hidden_dims [64,32])',
      'trial-000-replicate-3: epoch 4/10 train_loss 0.5000 val_loss 0.6000 NDCG@10 0.2500 (best)',
      'trial-000-replicate-4: started (learning_rate 0.001, hidden_dims [64,32])',
      'trial-000-replicate-4: failed: TRAINING_DIVERGED: loss: got NaN in epoch 1',
    ]);
  });

  test('tells a whole experiment in order, each event once', () => {
    const extracting = viewOf('extract', { timings: { prepare: 0.5 } });
    const completed = completedView();
    expect(tell(viewOf('prepare'), extracting, extracting, trainingView(), completed, completed)).toEqual([
      ['prepare: started'],
      ['prepare: finished after 0.5 s', 'extract: started'],
      [],
      [
        'extract: finished after 1.0 s',
        'label: started',
        'label: finished after 0.4 s',
        'split: started',
        'split: finished after 0.2 s',
        'encode: started',
        ...DATASET_LINES,
        'encode: finished after 2.0 s',
        'train: started',
        'trial-000: started (learning_rate 0.001, hidden_dims [64,32])',
        'trial-000: completed, best NDCG@10 0.3100 at epoch 2 of 2, 1.0 s',
        'trial-001: started (learning_rate 0.002, hidden_dims [64,32])',
        'trial-001: epoch 4/10 train_loss 0.5000 val_loss 0.6000 NDCG@10 0.2500 (best)',
        'tensorflow: native, libtensorflow 2.21.0',
        'best so far: trial-000, NDCG@10 0.3100',
      ],
      [
        'trial-001: cached, finished earlier, best NDCG@10 0.2900 at epoch 2 of 2 (learning_rate 0.002, hidden_dims [64,32])',
        'trial-002: started (learning_rate 0.003, hidden_dims [64,32])',
        'trial-002: failed: TRAINING_DIVERGED: trial-002: loss is NaN, expected a number',
        'train: finished after 1 min 00 s',
        'evaluate: started',
        'test: NDCG@10 0.4000 (oracle 0.6000, popularity 0.1000, content 0.3000, random 0.0200)',
        'evaluate: finished after 3.0 s',
        'register: started',
        'model: two-tower version 3',
        'register: finished after 1.0 s',
        'gate: started',
        'gate: promoted',
        'gate: Test NDCG@10 0.400 reaches the minimum 0.100.',
        'gate: Promoted: there is no champion to compare with.',
        'model: two-tower version 3 became champion',
        'gate: finished after 0.5 s',
        'experiment: completed',
      ],
      [],
    ]);
  });

  test('the end has the time at which it came, where that is known', () => {
    const endOf = (endedAtMs?: number) => {
      const view = { ...completedView(), ...(endedAtMs === undefined ? {} : { endedAtMs }) };
      return tellEvents(NOTHING_TOLD, view).events.find(({ data }) => data.type === 'ended')?.atMs;
    };
    expect([endOf(1_700_000_100_000), endOf()]).toEqual([1_700_000_100_000, null]);
  });

  test('verdict and aliases have the time of the end of their phase', () => {
    const view = completedView();
    const { events } = tellEvents(NOTHING_TOLD, view);
    const finished = events.find(({ data }) => data.type === 'phase_finished' && data.phase === 'gate');
    const times = events.flatMap(({ data, atMs }) => (['gate', 'aliases_changed'].includes(data.type) ? [atMs] : []));
    expect(times).toEqual([finished?.atMs, finished?.atMs]);
    expect(finished?.atMs).toBeGreaterThan(view.startedAtMs);
    const running = tellEvents(NOTHING_TOLD, {
      ...view,
      status: 'running',
      phase: 'gate',
      timings: {},
    } as ExperimentView);
    expect(running.events.find(({ data }) => data.type === 'gate')?.atMs).toBeNull();
  });

  const training = (epoch: number, resumedFromEpoch: number | null = null): ExperimentView =>
    viewOf('train', {
      trials: [trialView(0, { status: 'running' })],
      progress: {
        'trial-000': progressAt(epoch, { resumedFromEpoch, last: epoch === 0 ? null : epochRecord(epoch, 0.2) }),
      },
    });

  test('a trial that resumes says so, and no epoch is told twice or late', () => {
    const gone = { ...training(3), progress: {} };
    const epochs = tell(training(0), training(3), gone, training(3, 3), training(2, 3), training(4, 3))
      .slice(1)
      .map((lines) => lines.map((line) => line.replace(/ train_loss.*/, '')));
    expect(epochs).toEqual([
      ['trial-000: epoch 3/10'],
      [],
      ['trial-000: resumed after epoch 3'],
      [],
      ['trial-000: epoch 4/10'],
    ]);
  });

  test('tells pauses each time, why no further trial begins, why a trial was pruned, and new attempts', () => {
    const at = (isPaused: boolean, change: Partial<ExperimentView> = {}): ExperimentView =>
      trainingView({
        trials: [trialView(0, { status: 'running' })],
        bestTrialId: null,
        tensorflow: null,
        progress: {},
        sweep: { isPaused, maxParallel: 2, halt: null, trialCount: 1 },
        ...change,
      });
    const pruned = trialView(0, { status: 'pruned', reason: '0.1 is below the median 0.2 of 5 trials at epoch 3' });
    const halted = { isPaused: false, maxParallel: 2, halt: 'target', trialCount: 1 } as const;
    const [, ...told] = tell(
      at(false),
      at(true),
      at(true),
      at(false),
      at(true),
      at(false, { trials: [pruned], sweep: halted }),
      at(false, { trials: [trialView(0, { status: 'running', attempt: 2 })], sweep: halted }),
    );
    expect(told).toEqual([
      ['sweep: paused'],
      [],
      ['sweep: resumed'],
      ['sweep: paused'],
      [
        'trial-000: pruned: 0.1 is below the median 0.2 of 5 trials at epoch 3',
        'sweep: no more trials start: the target was reached (sweep.target)',
        'sweep: resumed',
      ],
      ['trial-000: attempt 2 (learning_rate 0.001, hidden_dims [64,32])'],
    ]);
  });

  test('rows left out are told with the dataset, each reason with its count', () => {
    const leftOut = {
      rows: 5,
      reasons: [
        { reason: 'no time', rows: 4 },
        { reason: 'no type', rows: 1 },
      ],
    };
    expect(tell(trainingView({ leftOut })).flat()).toContain('5 rows left out: 4 × no time, 1 × no type');
    expect(tell(trainingView()).flat().join()).not.toContain('left out');
  });
});
