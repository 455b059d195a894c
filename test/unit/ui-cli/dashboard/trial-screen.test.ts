import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { ExperimentView } from '../../../../contracts/experiment.ts';
import { driveDashboard } from '../../../support/drive-dashboard.ts';
import {
  completedView,
  EXPERIMENT_ID,
  epochRecord,
  progressAt,
  STARTED_AT_MS,
  trainingView,
  trialView,
} from '../../../support/experiment-views.ts';

const view = trainingView({
  trials: [
    trialView(1, {
      status: 'running',
      attempt: 2,
      epochLimit: 10,
      error: null,
      params: { 'training.learning_rate': 0.002 },
    }),
  ],
  progress: { 'trial-001': progressAt(4, { last: epochRecord(4, 0.25), resumedFromEpoch: 3, step: 7 }) },
  sweep: { isPaused: false, maxParallel: 2, halt: null, trialCount: 3 },
});

const open = (columns: number, rows: number, trialId = 'trial-001', of: ExperimentView = view) =>
  driveDashboard(
    { screen: 'trial', experimentId: EXPERIMENT_ID, trialId },
    { nowMs: STARTED_AT_MS + 60_000, columns, rows },
  ).answer('experiment', EXPERIMENT_ID, of);

describe('ui-cli/dashboard/screens/trial', () => {
  it('tells how far it came, its attempts and where it was resumed', () => {
    expect(open(120, 40).lines()[1]).toBe(
      'running  epoch 4 of 10, step 7/50, NDCG@10 0.2500, attempt 2, resumed after epoch 3',
    );
  });

  it('tells how far a failed one came', () => {
    const error = { code: 'TRAINING_DIVERGED', message: 'loss is NaN' } as const;
    const logged = { epochs: 7, bestEpoch: 5, validation: { ndcg_at_10: 0.9 } };
    const trials = [trialView(1, { status: 'failed', epochLimit: 10, error, logged })];
    const shown = open(120, 40).answer('experiment', EXPERIMENT_ID, trainingView({ trials, progress: {} }));
    expect(shown.lines()[1]).toBe('failed  epoch 7 of 10, NDCG@10 0.9000, best at epoch 5, attempt 1');
  });

  it('asks for all its curves, and for none where none is shown', () => {
    const metrics = ['val_ndcg_at_10', 'val_loss', 'train_loss', 'learning_rate'];
    const isCurve = (key: string): boolean => key.startsWith('curve:');
    expect(open(120, 40).asked().filter(isCurve)).toEqual(metrics.map((metric) => `curve:run-1/${metric}`));
    expect(open(120, 40).press('v').asked().filter(isCurve)).toEqual([]);
  });

  it('draws all curves where there is room, else the chosen one', () => {
    const titles = ['validation NDCG@10', 'val loss', 'train loss', 'learning rate'];
    const shown = (text: string): readonly string[] => titles.filter((title) => text.includes(title));
    expect(shown(open(120, 40).text())).toEqual(titles);
    expect(shown(open(70, 20).text())).toEqual(['validation NDCG@10']);
    expect(shown(open(70, 20).press('m').text())).toEqual(['val loss']);
  });

  it.each([
    [60, 12],
    [80, 24],
    [250, 70],
  ])('a frame of %i by %i fits, with every pane', (columns, rows) => {
    let shown = open(columns, rows);
    for (const pane of ['curves', 'settings', 'events']) {
      expect(shown.lines()).toHaveLength(rows);
      expect(shown.lines().filter((line) => stringWidth(line) > columns)).toEqual([]);
      expect(shown.text()).toContain(`[${pane}]`);
      shown = shown.press('v');
    }
  });

  it('nothing will happen any more to one that an ended experiment has not started', () => {
    const shown = (of: ExperimentView): string => open(120, 40, 'trial-001', of).press('v', 'v').text();
    const trials = [trialView(1, { status: 'pending' })];
    expect(shown(trainingView({ trials, progress: {} }))).toContain('Nothing has happened to it yet.');
    expect(shown(completedView({ trials }))).toMatch(/^Nothing has happened to it\.$/m);
  });

  it('its events are its own', () => {
    const events = open(120, 40).press('v', 'v').text();
    expect(events).toContain('trial-001: resumed after epoch 3');
    expect(events).not.toContain('train: started');
  });

  it('is cancelled after the word was typed, and opened in MLflow at once', () => {
    const { effects } = open(120, 40).press('x', ...'cancel', 'enter', 'o');
    expect(effects).toEqual([
      { kind: 'act', action: { kind: 'cancel-trials', experimentId: EXPERIMENT_ID, trialIds: ['trial-001'] } },
      { kind: 'act', action: { kind: 'open', what: `${EXPERIMENT_ID}/trial-001` } },
    ]);
  });

  it('one that is not there is told of', () => {
    expect(open(120, 40, 'trial-077').lines()[1]).toBe('The experiment has no trial-077.');
  });
});
