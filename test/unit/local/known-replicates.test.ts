import { describe, expect, it } from 'vitest';
import { trialDigest } from '../../../activities/trial.ts';
import type { RunQuery, RunRecord } from '../../../contracts/runs.ts';
import { knownReplicates } from '../../../local/known-replicates.ts';
import { replicateSettings } from '../../../policy/gate/replicate-settings.ts';
import { trialSettings } from '../../../policy/trial-plan.ts';
import { resolvedConfig, trainingResult } from '../../support/experiment-fixtures.ts';

const SETTINGS = trialSettings(resolvedConfig({ sweep: null }), {});
const MODEL = { runId: 'candidate', facts: { settings: SETTINGS } };
const TAGS = { 'tt.training_code': 'code', 'tt.dataset_version': 'ds-1' };

const run = (runId: string, tags: Readonly<Record<string, string>>): RunRecord => ({
  ...{ runId, experimentId: '5', status: 'FINISHED', startTimeMs: 0, endTimeMs: 0, tags },
});

/** A server that has trained these replicates of the candidate, and with what tags the candidate's run has. */
const trackingOf = (replicates: readonly number[], tags: Readonly<Record<string, string>> = TAGS) => ({
  findRun: async (runId: string) => (runId === 'candidate' ? run(runId, tags) : null),
  findRuns: async ({ experimentId, tags: wanted }: RunQuery) =>
    replicates
      .filter((index) => trialDigest('ds-1', replicateSettings(SETTINGS, index), 'code') === wanted['tt.trial_digest'])
      .map((index) => run(`${experimentId}/replicate-${index}`, { 'tt.trial_status': 'completed' })),
  getArtifactText: async () =>
    JSON.stringify({ result: { ...trainingResult(0.3), epochs: SETTINGS.training.num_epochs }, epochLimit: 9 }),
  listArtifacts: async () => ['manifest.json'],
});

describe('local/known-replicates', () => {
  it('finds those that the experiment would take, and no more of them than are asked for', async () => {
    expect(await knownReplicates(trackingOf([2, 3, 4]), MODEL, 3)).toEqual(['5/replicate-2', '5/replicate-3']);
    expect(await knownReplicates(trackingOf([3]), MODEL, 3)).toEqual(['5/replicate-3']);
    expect(await knownReplicates(trackingOf([2]), MODEL, 1)).toEqual([]);
  });

  it('finds none where the candidate is a folder, or nothing is recorded of its training', async () => {
    expect(await knownReplicates(trackingOf([2]), { ...MODEL, runId: null }, 2)).toEqual([]);
    expect(await knownReplicates(null, MODEL, 2)).toEqual([]);
    expect(await knownReplicates(trackingOf([2], {}), MODEL, 2)).toEqual([]);
  });
});
