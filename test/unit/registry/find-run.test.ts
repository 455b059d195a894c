import { describe, expect, it } from 'vitest';
import { findRecordedRun } from '../../../registry/find-run.ts';
import { completedView, DATASET, EXPERIMENT_ID, trialView } from '../../support/experiment-views.ts';
import { createFakeTracking } from '../../support/fake-tracking.ts';
import { SMALL_CONFIG, SMALL_FACTS } from '../../support/small-sweep.ts';

const BEST = SMALL_FACTS.snapshot.bestTrialId ?? '';

/** An experiment that has ended: its best trial, one without a run, and a replicate. */
const recorded = async () => {
  const fake = createFakeTracking();
  const experimentId = await fake.tracking.ensureExperiment('demo');
  const trial = { experimentId, status: 'FINISHED', tags: { 'tt.kind': 'trial' } } as const;
  fake.addRun('run-of-best', trial);
  fake.addRun('run-of-replicate', trial);
  fake.addRun('still-training', { ...trial, status: 'RUNNING' });
  const { dataset, parentRunId, tensorflow, test, model } = completedView({ dataset: DATASET, parentRunId: 'parent' });
  const snapshot = {
    ...SMALL_FACTS.snapshot,
    ...{ dataset, parentRunId, tensorflow, test, model },
    trials: [
      trialView(0, { trialId: BEST, runId: 'run-of-best' }),
      trialView(8, { runId: null }),
      trialView(9, { runId: 'still-training' }),
    ],
    replicates: { of: 2, trials: [trialView(0, { trialId: `${BEST}-replicate-2`, runId: 'run-of-replicate' })] },
  };
  const tags = { 'tt.kind': 'experiment', 'tt.experiment_id': EXPERIMENT_ID };
  fake.addRun('parent', { experimentId, tags });
  const sweep = { format: 1, config: SMALL_CONFIG, snapshot };
  await fake.tracking.putArtifactText('parent', 'sweep.json', JSON.stringify(sweep));
  return {
    ...fake.tracking,
    findExperiment: async (name: string) => (name === 'demo' ? experimentId : null),
    findRun: async (runId: string) => fake.tracking.getRun(runId),
  };
};

const find = async (text: string) => (await findRecordedRun(await recorded(), text)).runId;

describe('registry/find-run', () => {
  it('finds a trial, a replicate, and without a trial the chosen one', async () => {
    expect(await find(`${EXPERIMENT_ID}/${BEST}`)).toBe('run-of-best');
    expect(await find(`${EXPERIMENT_ID}/${BEST}-replicate-2`)).toBe('run-of-replicate');
    expect(await find(EXPERIMENT_ID)).toBe('run-of-best');
  });

  it('says what to give where there is no such trial, or it has no run', async () => {
    await expect(find(`${EXPERIMENT_ID}/${BEST}-replicate-3`)).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
      message: `trial: got ${BEST}-replicate-3 of ${EXPERIMENT_ID}, which has no run in MLflow, expected a trial of an experiment that has ended`,
      hint: expect.stringContaining(`${BEST}-replicate-2`),
    });
    await expect(find(`${EXPERIMENT_ID}/trial-008`)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  it('refuses what is still training, what MLflow has no record of, and what names no run', async () => {
    await expect(find(`${EXPERIMENT_ID}/trial-009`)).rejects.toMatchObject({
      ...{ code: 'USAGE', message: 'run still-training is still training' },
    });
    await expect(find('other-0123456789/trial-000')).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
      message: 'experiment: got other-0123456789, of which MLflow has no record, expected one that has ended',
    });
    await expect(find('no such thing')).rejects.toMatchObject({ code: 'USAGE' });
  });
});
