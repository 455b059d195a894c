import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trialIdOf } from '../../../../contracts/ids.ts';
import type { TrialStatus, TrialView } from '../../../../contracts/trial.ts';
import { markTrials, NO_MARKS, type TrainingMarks, trialFraction } from '../../../../ui-cli/live/estimate.ts';
import { frameOf } from '../../../../ui-cli/live/frame.ts';
import { textOf } from '../../../../ui-cli/live/line.ts';
import type { LiveKey } from '../../../../ui-cli/live/live-keys.ts';
import { initialLiveState, type LiveState } from '../../../../ui-cli/live/live-state.ts';
import { type LiveEvent, reduceLive, requestOf } from '../../../../ui-cli/live/reduce-live.ts';
import { trainingResult } from '../../../support/experiment-fixtures.ts';
import { completedView, progressAt, trainingView, trialView, viewOf } from '../../../support/experiment-views.ts';

const KEYS: readonly LiveKey[] = [
  ...(['cancel', 'yes', 'no', 'pause', 'more', 'fewer', 'up', 'down', 'cancel-trial', 'retry'] as const),
];
const STATUSES: readonly TrialStatus[] = ['pending', 'running', 'completed', 'pruned', 'failed', 'cancelled', 'cached'];

const trialWith = (index: number, status: TrialStatus, epochs: number): TrialView =>
  trialView(index, {
    trialId: trialIdOf(index),
    status,
    epochLimit: 27,
    reports: epochs > 3 ? [{ epoch: 3, value: 0.2, sequence: index }] : [],
    result: epochs > 5 ? { ...trainingResult(0.3), epochs } : null,
    reason: status === 'pruned' ? 'number 9 of 9 trials' : null,
    error: status === 'failed' ? { code: 'TRAINING_DIVERGED', message: 'loss is NaN '.repeat(20) } : null,
  });

const trainingViews = fc
  .record({
    trials: fc.array(fc.record({ status: fc.constantFrom(...STATUSES), epochs: fc.nat(26), isTrained: fc.boolean() }), {
      maxLength: 40,
    }),
    isPaused: fc.boolean(),
    left: fc.nat(500),
    isMeasured: fc.boolean(),
  })
  .map(({ trials, isPaused, left, isMeasured }) =>
    trainingView({
      trials: trials.map(({ status, epochs }, index) => trialWith(index, status, epochs)),
      progress: Object.fromEntries(
        trials.flatMap(({ status, epochs, isTrained }, index) =>
          status === 'running' && isTrained
            ? [
                [
                  trialIdOf(index),
                  progressAt(epochs, { epochs: 27, pace: isMeasured ? { epochSeconds: 2, setupSeconds: 9 } : null }),
                ],
              ]
            : [],
        ),
      ),
      bestTrialId: trials.length > 0 ? trialIdOf(0) : null,
      sweep: { isPaused, maxParallel: 3, halt: null, trialCount: 40, left: { epochs: left, trainings: left / 9 } },
    }),
  );

const sizes = fc.record({ columns: fc.integer({ min: 1, max: 200 }), rows: fc.integer({ min: 1, max: 80 }) });

const events: fc.Arbitrary<LiveEvent> = fc.oneof(
  { weight: 3, arbitrary: trainingViews.map((view) => ({ kind: 'view', view, atMs: 5000 }) as const) },
  fc.constantFrom(viewOf('extract'), completedView()).map((view) => ({ kind: 'view', view, atMs: 9000 }) as const),
  { weight: 4, arbitrary: fc.constantFrom(...KEYS).map((key) => ({ kind: 'key', key }) as const) },
  sizes.map((size) => ({ kind: 'resize', size }) as const),
  fc
    .record({ part: fc.string(), step: fc.constantFrom('ready', 'install', 'notice'), message: fc.string() })
    .map((service) => ({ kind: 'service', service }) as const),
  fc.constant({ kind: 'note', text: 'paused; running trials end their epoch' } as const),
  fc.constant({ kind: 'started', experimentId: 'demo-0123456789', links: ['mlflow x', 'temporal y'] } as const),
);

const stories = fc.array(events, { maxLength: 25 });

const live = (story: readonly LiveEvent[]): LiveState => story.reduce(reduceLive, initialLiveState(0));

describe('ui-cli/frame', () => {
  test('whatever happened and whatever the size, a frame leaves the last row free', () => {
    fc.assert(
      fc.property(stories, sizes, fc.boolean(), (story, size, hasKeys) => {
        const { lines } = frameOf(reduceLive(live(story), { kind: 'resize', size }), hasKeys);
        expect(lines.length).toBeLessThanOrEqual(size.rows - 1);
      }),
    );
  });

  test('with room for it all, nothing is left out', () => {
    fc.assert(
      fc.property(trainingViews, (view) => {
        const size = { columns: 120, rows: 200 };
        const text = frameOf(
          live([
            { kind: 'view', view, atMs: 1 },
            { kind: 'resize', size },
          ]),
          true,
        )
          .lines.map(textOf)
          .join('\n');
        for (const { trialId, status } of view.trials) {
          expect(status !== 'running' || text.includes(trialId)).toBe(true);
        }
      }),
    );
  });

  test('no key asks for anything that is not on the screen', () => {
    fc.assert(
      fc.property(stories, fc.constantFrom(...KEYS), (story, key) => {
        const state = live(story);
        const request = requestOf(state, key);
        const text = frameOf(state, true).lines.map(textOf).join('\n');
        if (request?.kind === 'cancel-trial') {
          expect(text).toContain(`Cancel ${request.trialId}? y / n`);
        }
        if (request?.kind === 'cancel') {
          expect(text).toContain('Cancel the experiment? y / n');
        }
        expect(request?.kind !== 'retry' || text.includes('failed')).toBe(true);
      }),
    );
  });

  test('a marker stands on the selected trial wherever trials are shown', () => {
    fc.assert(
      fc.property(stories, (story) => {
        const state = live([...story, { kind: 'key', key: 'down' }]);
        const marked = frameOf(state, true)
          .lines.map(textOf)
          .filter((line) => line.startsWith('> '));
        expect(marked.length).toBeLessThanOrEqual(1);
        if (marked.length === 1) {
          expect(marked[0]?.slice(2)).toMatch(new RegExp(`^${state.selectedTrialId} `));
        }
      }),
    );
  });
});

describe('ui-cli/estimate', () => {
  test('ui-cli/live/estimate: no bar moves backwards, whatever views come', () => {
    fc.assert(
      fc.property(fc.array(trainingViews, { maxLength: 10 }), (views) => {
        let marks: TrainingMarks = NO_MARKS;
        for (const view of views) {
          const next = markTrials(marks, view);
          expect(next.fraction).toBeGreaterThanOrEqual(marks.fraction);
          expect(next.fraction).toBeLessThanOrEqual(1);
          for (const [trialId, mark] of Object.entries(next.trials)) {
            expect(trialFraction(mark)).toBeGreaterThanOrEqual(trialFraction(marks.trials[trialId]));
          }
          marks = next;
        }
      }),
    );
  });
});
