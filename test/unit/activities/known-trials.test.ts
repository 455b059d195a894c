import { describe, expect, it } from 'vitest';
import { findKnownTrial } from '../../../activities/known-trials.ts';
import type { RunRecord } from '../../../contracts/runs.ts';
import { trainingResult } from '../../support/experiment-fixtures.ts';

interface Kept {
  readonly epochs: number;
  readonly hasModel: boolean;
  /** One of the model's files is gone. */
  readonly isCut?: boolean;
}

/** Runs of one digest: how many epochs each has, and whether its model still lies with it. */
const trackingOf = (runs: Readonly<Record<string, Kept>>) => ({
  findRuns: async (): Promise<readonly RunRecord[]> =>
    Object.keys(runs).map((runId) => ({
      ...{ runId, experimentId: '1', status: 'FINISHED', startTimeMs: 0, endTimeMs: 0 },
      tags: { 'tt.trial_status': 'completed' },
    })),
  getArtifactText: async (runId: string, path: string) =>
    path === 'model/manifest.json'
      ? '{"files":{"weights.bin":"0"}}'
      : JSON.stringify({ result: { ...trainingResult(0.3), epochs: runs[runId]?.epochs }, epochLimit: 9 }),
  listArtifacts: async (runId: string) =>
    runs[runId]?.hasModel === true ? ['manifest.json', ...(runs[runId]?.isCut === true ? [] : ['weights.bin'])] : [],
});

describe('activities/known-trials', () => {
  it('takes the run that went furthest within the budget', async () => {
    const runs = {
      a: { epochs: 3, hasModel: true },
      b: { epochs: 6, hasModel: true },
      c: { epochs: 8, hasModel: true },
    };
    expect(await findKnownTrial(trackingOf(runs), '1', 'digest', 7)).toMatchObject({ runId: 'b', isComplete: true });
  });

  it('passes over a run whose model was deleted: nothing could test it', async () => {
    const runs = { a: { epochs: 3, hasModel: true }, b: { epochs: 6, hasModel: false } };
    expect(await findKnownTrial(trackingOf(runs), '1', 'digest', 7)).toMatchObject({ runId: 'a' });
    expect(await findKnownTrial(trackingOf({ b: runs.b }), '1', 'digest', 7)).toBeNull();
    const cut = { ...runs, b: { epochs: 6, hasModel: true, isCut: true } };
    expect(await findKnownTrial(trackingOf(cut), '1', 'digest', 7)).toMatchObject({ runId: 'a' });
  });
});
