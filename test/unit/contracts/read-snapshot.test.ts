import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { ExperimentSnapshot } from '../../../contracts/experiment.ts';
import { GATE_NOT_RUN } from '../../../contracts/gate.ts';
import { isCurrent, type RecordedSnapshot, readSnapshot } from '../../../contracts/read-snapshot.ts';
import { pickBestTrial } from '../../../policy/selection.ts';
import { sweepSettings } from '../../support/experiment-fixtures.ts';
import { completedView, DATASET } from '../../support/experiment-views.ts';

/** As a release before objectives, data warnings and rows left out has written it. */
const recorded = (change: Partial<RecordedSnapshot> = {}): RecordedSnapshot => {
  const { objective: _, progress: __, source: ___, dataWarnings: ____, leftOut: _____, ...rest } = completedView();
  const { compared_with: ______, champion_problem: _______, ...gate } = rest.gate;
  const old = { ...rest, gate } as Omit<ExperimentSnapshot, 'objective'>;
  return { ...old, dataset: DATASET, parentRunId: 'parent', mlflowExperimentId: '3', ...change };
};

const NO_SWEEP = { sweep: null };

describe('contracts/read-snapshot', () => {
  test('an old snapshot gets what its version did not write', () => {
    expect(isCurrent(recorded())).toBe(false);
    const snapshot = readSnapshot(recorded(), NO_SWEEP);
    expect(snapshot).toMatchObject({ source: null, dataWarnings: [], leftOut: null, model: { version: '3' } });
    expect(snapshot.gate).toEqual({ ...GATE_NOT_RUN, ...completedView().gate });
    expect(isCurrent(snapshot)).toBe(true);
  });

  test('the result of a workflow of an earlier build is read, and its best trial is the best', async () => {
    const text = await readFile(new URL('fixtures/snapshot-without-objective.json', import.meta.url), 'utf8');
    const old = JSON.parse(text) as RecordedSnapshot;
    const snapshot = readSnapshot(old, { sweep: sweepSettings({ metric: 'ndcg_at_10' }) });
    expect(snapshot).toEqual({
      ...old,
      objective: { metric: 'ndcg_at_10', direction: 'maximise' },
      gate: { ...GATE_NOT_RUN, ...old.gate },
    });
    expect(pickBestTrial(snapshot.trials, snapshot.objective.direction)?.trialId).toBe(old.bestTrialId);
  });

  test('what its trials were compared by is read from the config', () => {
    const { objective } = readSnapshot(recorded(), { sweep: sweepSettings({ metric: 'map' }) });
    expect(objective).toEqual({ metric: 'map', direction: 'maximise' });
    expect(readSnapshot(recorded(), NO_SWEEP).objective).toEqual({ metric: 'ndcg_at_10', direction: 'maximise' });
  });

  test('a snapshot with an objective, whose verdict has no p-value, is brought up to date', () => {
    const snapshot = readSnapshot(recorded(), NO_SWEEP);
    const { rules: _, p_value: __, users: ___, ...gate } = snapshot.gate;
    const old = { ...snapshot, gate } as RecordedSnapshot;
    expect(isCurrent(old)).toBe(false);
    expect(readSnapshot(old, NO_SWEEP)).toEqual(snapshot);
  });

  test('one whose verdict has rules, and no guards yet, is brought up to date', () => {
    const snapshot = readSnapshot(recorded(), NO_SWEEP);
    const { guards: _, dcg: __, ancestor: ___, margin_p_value: ____, ...gate } = snapshot.gate;
    const old = { ...snapshot, gate } as RecordedSnapshot;
    expect(isCurrent(old)).toBe(false);
    expect(readSnapshot(old, NO_SWEEP)).toEqual(snapshot);
  });

  test("today's snapshot stays as it is", () => {
    const snapshot = readSnapshot(recorded(), NO_SWEEP);
    expect(readSnapshot(snapshot, { sweep: sweepSettings({ metric: 'map' }) })).toEqual(snapshot);
  });

  test.each([
    ['gate', 'model', { model: null }],
    ['register', 'test', { model: null, test: null }],
    ['evaluate', 'bestTrialId', { model: null, test: null, bestTrialId: null }],
  ] as const)('a record of phase %s without %s is refused', (phase, missing, change) => {
    expect(() => readSnapshot(recorded({ phase, ...change }), NO_SWEEP)).toThrow(
      new RegExp(`its record says phase ${phase} and lacks .*${missing}`),
    );
  });

  test('a failed experiment has what was known in its phase', () => {
    const error = { code: 'ALL_TRIALS_FAILED' as const, message: 'all trials failed' };
    const nothing = { bestTrialId: null, tensorflow: null, test: null, model: null };
    const failed = readSnapshot(recorded({ phase: 'train', status: 'failed', error, ...nothing }), NO_SWEEP);
    expect(failed).toMatchObject({ phase: 'train', status: 'failed', bestTrialId: null });
  });
});
