import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, test } from 'vitest';
import { createCpuActivities } from '../../../activities/index.ts';
import { createSweepReportActivities } from '../../../activities/sweep-report.ts';
import { TtExpError } from '../../../contracts/errors.ts';
import type { SweepFacts } from '../../../contracts/experiment.ts';
import { GATE_NOT_RUN } from '../../../contracts/gate.ts';
import { resolvedConfig, trainingResult } from '../../support/experiment-fixtures.ts';
import { createFakeTracking } from '../../support/fake-tracking.ts';

/** Steps on a tracking server that refuses these writes, and the calls that went through. */
const stepsOn = (refused: Readonly<Record<string, string>> = {}, note?: string) => {
  const { tracking, calls, addRun } = createFakeTracking({
    beforeWrite: (method) => {
      if (refused[method] !== undefined) {
        throw new TtExpError('UPSTREAM_REJECTED', `${refused[method]} refused`);
      }
    },
  });
  // The next one that is made is r3.
  for (const runId of ['parent', 'run']) {
    addRun(runId, note === undefined ? {} : { tags: { 'mlflow.note.content': note } });
  }
  const reports = {
    summarise: () => ({ note: 'our note', params: { rate: '1' }, metrics: { best: 0.5 } }),
    render: () => [{ path: 'sweep.html', text: 'page' }],
  };
  const deps = { tracking, reports, now: () => 99 } as unknown as Parameters<typeof createCpuActivities>[0];
  return { steps: createCpuActivities(deps), report: createSweepReportActivities(deps), calls, tracking };
};

const run = <Request, Answer>(step: (request: Request) => Promise<Answer>, request: Request): Promise<Answer> =>
  new MockActivityEnvironment().run(step, request);

const PROVENANCE = {
  ...{ experimentId: 'fixture-0123456789', workflowId: 'w', executionId: 'e' },
  ...{ configDigest: 'c', gitCommit: null, user: 'tester' },
};

describe('activities/closing', () => {
  test('activities/experiment-run: a parent run is ended although its tags are refused, and the refusal is told', async () => {
    const { steps, calls } = stepsOn({ setTags: 'tags' });
    const request = { parentRunId: 'parent', status: 'FAILED' as const, tags: { a: 'b' }, endTimeMs: 5 };
    await expect(run(steps.closeExperiment, request)).rejects.toMatchObject({ message: 'tags refused' });
    expect(calls).toEqual([['finishRun', 'parent', 'FAILED', 5]]);
  });

  test('activities/index: a short step tells that its worker lives, from its beginning', async () => {
    const { steps } = stepsOn({});
    const request = { parentRunId: 'parent', status: 'FINISHED' as const, tags: {}, endTimeMs: 5 };
    const environment = new MockActivityEnvironment();
    let heartbeats = 0;
    environment.on('heartbeat', () => {
      heartbeats += 1;
    });
    await environment.run(steps.closeExperiment, request);
    expect(heartbeats).toBe(1);
  });

  test('activities/trial: a trial run is ended although tags and metrics are refused, and the first refusal is told', async () => {
    const { steps, calls } = stepsOn({ setTags: 'tags', logMetrics: 'metrics' });
    const request = {
      ...{ runId: 'run', status: 'FINISHED' as const, trialStatus: 'completed' as const, epochLimit: 2 },
      ...{ result: trainingResult(0.3), tags: {}, endTimeMs: 5 },
    };
    await expect(run(steps.closeTrial, request)).rejects.toMatchObject({ message: 'tags refused' });
    expect(calls.at(-1)).toEqual(['finishRun', 'run', 'FINISHED', 5]);
  });

  test("activities/trial: a trial's run has its objective as a metric, beside NDCG@10", async () => {
    const { steps, calls } = stepsOn({});
    const metrics = async (metric: 'ndcg_at_10' | 'map'): Promise<readonly unknown[]> => {
      calls.length = 0;
      await run(steps.closeTrial, {
        ...{ runId: 'run', status: 'FINISHED' as const, trialStatus: 'completed' as const, epochLimit: 2 },
        ...{ result: trainingResult(0.4), metric, tags: {}, endTimeMs: 5 },
      });
      const [, , points] = calls.find(([name]) => name === 'logMetrics') ?? [];
      return (points as readonly { readonly key: string; readonly value: number }[]).map(({ key, value }) => [
        key,
        value,
      ]);
    };
    // Of every fixture MAP is 0.3 and the best epoch 2.
    expect(await metrics('map')).toEqual([
      ['best_val_ndcg_at_10', 0.4],
      ['best_val_map', 0.3],
      ['best_epoch', 2],
    ]);
    expect(await metrics('ndcg_at_10')).toEqual([
      ['best_val_ndcg_at_10', 0.4],
      ['best_epoch', 2],
    ]);
  });

  test('activities/trial: of a trial without a result it is told how far it came, and its best epoch by NDCG@10', async () => {
    const { steps, tracking } = stepsOn();
    const fail = (metric: 'ndcg_at_10' | 'map') =>
      run(steps.closeTrial, {
        ...{ runId: 'run', status: 'FAILED' as const, trialStatus: 'failed' as const, epochLimit: 9 },
        ...{ result: null, metric, tags: {}, endTimeMs: 5 },
      });
    expect(await fail('map')).toEqual({ logged: null });
    // MAP is best where NDCG@10 is not; on a tie the earlier epoch is the best.
    for (const [step, ndcg, map] of [
      [1, 0.1, 0.9],
      [2, 0.4, 0.2],
      [3, 0.4, 0.3],
      [4, 0.3, 0.1],
    ] as const) {
      const point = (key: string, value: number) => ({ key, value, step, timestampMs: step });
      await tracking.logMetrics('run', [point('val_ndcg_at_10', ndcg), point('val_map', map)]);
    }
    expect(await fail('map')).toEqual({
      logged: { epochs: 4, bestEpoch: 2, validation: { ndcg_at_10: 0.4, map: 0.2 } },
    });
    expect(await fail('ndcg_at_10')).toEqual({
      logged: { epochs: 4, bestEpoch: 2, validation: { ndcg_at_10: 0.4 } },
    });
  });

  test('activities/registry: the verdict is written wherever it can be', async () => {
    const { steps, calls } = stepsOn({ setTags: 'tags' });
    const verdict = { ...GATE_NOT_RUN, decision: 'promoted' as const, reasons: ['x'.repeat(9000)] };
    const request = { parentRunId: 'parent', runId: 'run', verdict };
    await expect(run(steps.recordVerdict, request)).rejects.toMatchObject({ message: 'tags refused' });
    expect(calls).toEqual([['putArtifactText', 'parent', 'gate.json', expect.stringContaining('x'.repeat(9000))]]);
  });

  test('activities/experiment-run: a run that cannot be completed is ended as failed, with the reason', async () => {
    const { steps, calls } = stepsOn({ putArtifactText: 'artifact' });
    const request = { provenance: PROVENANCE, config: resolvedConfig(), startTimeMs: 1 };
    await expect(run(steps.openExperiment, request)).rejects.toMatchObject({ message: 'artifact refused' });
    expect(calls.slice(-2)).toEqual([
      ['setTags', 'r3', { 'tt.error_code': 'UPSTREAM_REJECTED', 'tt.error': 'artifact refused' }],
      ['finishRun', 'r3', 'FAILED', 99],
    ]);
  });

  test('activities/experiment-run: a run that can neither be completed nor ended is named', async () => {
    const { steps } = stepsOn({ putArtifactText: 'artifact', finishRun: 'end' });
    const request = { provenance: PROVENANCE, config: resolvedConfig(), startTimeMs: 1 };
    await expect(run(steps.openExperiment, request)).rejects.toMatchObject({
      message: 'artifact refused; its MLflow run r3 is not closed: end refused',
    });
  });

  const facts = {
    ...{ format: 1 as const, config: resolvedConfig({ description: 'Which rate?' }) },
    snapshot: { experimentId: 'fixture-0123456789' } as unknown as SweepFacts['snapshot'],
  };
  const publish = { parentRunId: 'parent', facts, timestampMs: 7 };

  test('activities/sweep-report: the parent run gets note, parameters and metrics; facts follow whatever is refused', async () => {
    const { report, calls } = stepsOn({ logParams: 'params' }, 'Which rate?');
    await expect(report.publishSweep(publish)).rejects.toMatchObject({ message: 'params refused' });
    expect(calls).toEqual([
      ['setTags', 'parent', { 'mlflow.note.content': 'our note' }],
      ['logMetrics', 'parent', [{ key: 'best', value: 0.5, step: 0, timestampMs: 7 }]],
      ['putArtifactText', 'parent', 'sweep.json', expect.stringContaining('fixture-0123456789')],
      ['putArtifactText', 'parent', 'sweep.html', 'page'],
    ]);
  });

  test('activities/sweep-report: a note that a person wrote stays', async () => {
    const { report, calls } = stepsOn({}, 'my own words');
    await report.publishSweep(publish);
    expect(calls.map(([name]) => name)).toEqual(['logParams', 'logMetrics', 'putArtifactText', 'putArtifactText']);
  });
});
