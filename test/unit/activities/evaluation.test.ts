import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { createEvaluationActivities } from '../../../activities/evaluation.ts';
import type { ComputePort, DatasetPort, TrackingPort } from '../../../activities/ports.ts';
import { TtExpError } from '../../../contracts/errors.ts';
import type { EvaluateBestRequest, EvaluateBestResult } from '../../../contracts/steps.ts';
import type { EvaluateJob } from '../../../contracts/trainer.ts';
import { changeRegistry } from '../../../registry/ledger/change-registry.ts';
import { evaluationReport, evaluationSummary } from '../../support/experiment-fixtures.ts';
import { createFakeTracking } from '../../support/fake-tracking.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const PAIRED_TEST = { users: 300, p_value: 0.01, effect_size: 0.2, smallest_lift: 0.04 };

const request: EvaluateBestRequest = {
  runId: 'new',
  datasetVersion: 'ds-1',
  modelName: 'm',
  relevanceThreshold: 0.4,
  seed: 1,
  confidence: 0.95,
  timestampMs: 1,
};

let folder = '';
beforeEach(async () => {
  folder = await temporaryFolder('tt-exp-evaluation-');
});

/** An MLflow whose champion is version 3, made from `championRun`; what its artifacts are depends on the run. */
const evaluateBeside = async (
  championRun: string,
  artifactsOf: TrackingPort['listArtifacts'],
  change: Partial<EvaluateBestRequest> = {},
  others: readonly string[] = [],
) => {
  const jobs: EvaluateJob[] = [];
  const fake = createFakeTracking();
  const { versions, aliases } = fake.modelOf('m');
  versions.push({ version: '3', runId: championRun, tags: {} }, { version: '2', runId: 'older', tags: {} });
  aliases.champion = '3';
  for (const runId of new Set(['new', 'older', championRun])) {
    const files = ['model/manifest.json', 'encoder.json', ...others];
    fake.addRun(runId, { artifacts: new Map(files.map((path) => [path, Buffer.from('{}')])) });
  }
  const tracking: TrackingPort = { ...fake.tracking, listArtifacts: artifactsOf };
  const evaluate: ComputePort['evaluate'] = async (job) => {
    jobs.push(job);
    await writeFile(job.usersFile, '[]');
    const champion = job.champion === null ? null : evaluationSummary(0.3);
    return {
      model: evaluationSummary(0.4),
      baselines: {},
      report: evaluationReport(),
      champion,
      championProblem: null,
      ci: champion === null ? null : { mean: 0.1, low: 0.05, high: 0.15, confidence: 0.95 },
      pairedTest: champion === null ? null : PAIRED_TEST,
      dcg: null,
      guards: [],
      ancestor: null,
    };
  };
  const { evaluateBest } = createEvaluationActivities({
    datasets: { findLocal: async () => '/data' } as Partial<DatasetPort> as DatasetPort,
    tracking,
    compute: { evaluate } as Partial<ComputePort> as ComputePort,
    workspace: { trialFolder: async () => '/tmp', modelFolder: async (runId) => join(folder, runId) },
  });
  const result: EvaluateBestResult = await new MockActivityEnvironment().run(evaluateBest, { ...request, ...change });
  return { result, jobs, writes: fake.calls.map(([method]) => method) };
};

const whole: TrackingPort['listArtifacts'] = async () => ['manifest.json'];

/** The candidate's artifacts are there, the champion's answer is `answer`. */
const championAnswers =
  (answer: () => readonly string[]): TrackingPort['listArtifacts'] =>
  async (runId) =>
    runId === 'new' ? ['manifest.json'] : answer();

const refusal = (errorCode: string) => () => {
  throw new TtExpError('UPSTREAM_REJECTED', `MLflow: got ${errorCode}`, { details: { errorCode } });
};

/** Champions of the last days, promoted one after the other; the last one serves. `runs` and `ndcg` of each. */
const evaluateAfter = async (promoted: readonly (readonly [run: string, ndcg: number])[], margin: number | null) => {
  const jobs: EvaluateJob[] = [];
  const fake = createFakeTracking();
  const artifacts = new Map(['model/manifest.json', 'encoder.json'].map((path) => [path, Buffer.from('{}')]));
  const { versions } = fake.modelOf('m');
  fake.addRun('new', { artifacts });
  for (const [index, [run, ndcg]] of promoted.entries()) {
    const candidate = String(index + 1);
    const own = fake.addRun(run, { artifacts: new Map(artifacts) });
    versions.push({ version: candidate, runId: run, tags: {} });
    const comparedWith = index === 0 ? null : String(index);
    const { answer } = await changeRegistry(fake.tracking, {
      modelName: 'm',
      request: {
        ...{ kind: 'promote', candidate, comparedWith, request: run, supersedes: false },
        ...{ actor: 'ana', reason: 'better', evidence: { ndcg_at_10: ndcg } },
      },
      manualMoves: 'accept',
      at: `2026-11-0${candidate}T12:00:00.000Z`,
      known: null,
    });
    expect(answer.kind).toBe('done');
    if (run.startsWith('gone')) {
      own.artifacts.clear();
    }
  }
  const found = { mean: -0.01, low: -0.02, high: 0, confidence: 0.95 };
  const { evaluateBest } = createEvaluationActivities({
    datasets: { findLocal: async () => '/data' } as Partial<DatasetPort> as DatasetPort,
    tracking: fake.tracking,
    compute: {
      evaluate: async (job) => {
        jobs.push(job);
        await writeFile(job.usersFile, '[]');
        const nothing = { champion: null, championProblem: null, ci: null, pairedTest: null, dcg: null, guards: [] };
        const ancestor = { ndcg_at_10: 0.42, ci: found, users: 300, margin_p_value: 0.001, problem: null };
        return {
          ...{ model: evaluationSummary(0.4), baselines: {}, report: evaluationReport(), ...nothing },
          ancestor: job.ancestor === null ? null : ancestor,
        };
      },
    } as Partial<ComputePort> as ComputePort,
    workspace: { trialFolder: async () => '/tmp', modelFolder: async (runId) => join(folder, runId) },
  });
  const asked = { ...request, margin, timestampMs: Date.parse('2026-11-30T12:00:00Z') };
  const { ancestor }: EvaluateBestResult = await new MockActivityEnvironment().run(evaluateBest, asked);
  return { ancestor, source: jobs[0]?.ancestor?.modelFolder ?? null, found };
};

describe('activities/evaluation', () => {
  it('a margin asks for the best champion of the last 12 months', async () => {
    const promoted = [
      ['first', 0.5],
      ['second', 0.45],
    ] as const;
    const { ancestor, source, found } = await evaluateAfter(promoted, 0.01);
    expect(source).toBe(join(folder, 'first', 'model'));
    expect(ancestor).toMatchObject({ version: '1', run_id: 'first', ndcg_at_10: 0.42, ci: found, problem: null });
    expect(await evaluateAfter(promoted, null)).toMatchObject({ ancestor: null, source: null });
  });

  it.each([
    ['nobody was champion', []],
    [
      'the champion is the best',
      [
        ['first', 0.4],
        ['second', 0.45],
      ],
    ],
    [
      'the candidate was the best',
      [
        ['new', 0.5],
        ['second', 0.45],
      ],
    ],
  ] as const)('where %s, there is no ancestor', async (_, promoted) => {
    expect(await evaluateAfter(promoted, 0.01)).toMatchObject({ ancestor: null, source: null });
  });

  it('an ancestor whose files are gone is told, and does not fail the step', async () => {
    const { ancestor, source } = await evaluateAfter(
      [
        ['gone', 0.5],
        ['second', 0.45],
      ],
      0.01,
    );
    expect(source).toBeNull();
    expect(ancestor).toMatchObject({ version: '1', run_id: 'gone', ci: null, ndcg_at_10: null });
    expect(ancestor?.problem).toContain('its model cannot be fetched');
  });

  it('the required improvement reaches the comparison; requests of earlier versions ask for none', async () => {
    const asked = async (change: Partial<EvaluateBestRequest>) =>
      (await evaluateBeside('old', whole, change)).jobs.map(({ minImprovement }) => minImprovement);
    expect(await asked({ minImprovement: 0.01 })).toEqual([0.01]);
    expect(await asked({})).toEqual([0]);
  });

  it('the run of a candidate that is champion already keeps the evaluation that made it so', async () => {
    const { result, writes } = await evaluateBeside('new', whole, {}, ['test_metrics.json']);
    expect(writes).toEqual([]);
    expect(result).not.toHaveProperty('testDigests');
    expect(result.champion).toEqual({ version: '3', run_id: 'new', ndcg_at_10: 0.4 });
    // One that was never evaluated has nothing to keep.
    expect((await evaluateBeside('new', whole)).writes).toContain('putArtifactFile');
  });

  it('candidate and champion rank the same part, and the result names the champion', async () => {
    const { result, jobs, writes } = await evaluateBeside('old', whole);
    expect(writes).toEqual(['logMetrics', 'putArtifactText', 'putArtifactFile', 'setTags']);
    expect(result.testDigests).toEqual({
      test_metrics_digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      // Of what the fake evaluation writes, by sha256sum: [].
      gate_users_digest: '4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945',
    });
    expect(jobs.map(({ champion }) => champion?.modelFolder)).toEqual([join(folder, 'old', 'model')]);
    expect(result.champion).toEqual({ version: '3', run_id: 'old', ndcg_at_10: 0.3 });
    expect(result.comparedWith).toBe('3');
    expect(result.championProblem).toBeNull();
    expect(result.pairedTest).toEqual(PAIRED_TEST);
    expect(result.test).not.toHaveProperty('pairedTest');
  });

  it.each([
    ['registered by another tool', '', whole, 'it names no run that holds its model'],
    ['whose artifacts are gone', 'old', championAnswers(() => []), 'run old has no artifact model/'],
    ['whose run is gone', 'old', championAnswers(refusal('RESOURCE_DOES_NOT_EXIST')), 'RESOURCE_DOES_NOT_EXIST'],
  ])('with a champion %s the candidate is evaluated, and the result says why alone', async (_, run, artifacts, why) => {
    const { result, jobs } = await evaluateBeside(run, artifacts);
    expect(jobs.map(({ champion }) => champion)).toEqual([null]);
    expect(result.test.model.ndcg_at_10).toBe(0.4);
    expect(result.champion).toBeNull();
    expect(result.ci).toBeNull();
    expect(result.pairedTest).toBeNull();
    expect(result.comparedWith).toBe('3');
    expect(result.championProblem).toContain(why);
  });

  it.each([
    ['is out of reach', new TtExpError('SERVICE_UNREACHABLE', 'no answer')],
    ['refuses', new TtExpError('UPSTREAM_REJECTED', 'denied', { details: { errorCode: 'PERMISSION_DENIED' } })],
  ])('an MLflow that %s is no fault of the champion: the step fails', async (_, error) => {
    const failing = championAnswers(() => {
      throw error;
    });
    await expect(evaluateBeside('old', failing)).rejects.toBe(error);
  });

  it('the same failure of the candidate fails the step', async () => {
    await expect(evaluateBeside('old', async () => [])).rejects.toMatchObject({ code: 'MODEL_NOT_LOADING' });
  });

  it('held against a version that is asked for, whoever is champion, nothing is written', async () => {
    const { result, jobs, writes } = await evaluateBeside('old', whole, { against: '2' });
    expect(jobs.map(({ champion }) => champion?.modelFolder)).toEqual([join(folder, 'older', 'model')]);
    expect(jobs[0]?.usersFile).not.toBe((await evaluateBeside('old', whole)).jobs[0]?.usersFile);
    expect(result).toMatchObject({ champion: { version: '2', run_id: 'older' }, comparedWith: '2' });
    expect(writes).toEqual([]);
    const alone = await evaluateBeside('old', whole, { against: null });
    expect(alone.result).toMatchObject({ champion: null, comparedWith: null });
    expect(alone.writes).toEqual([]);
  });

  it('a candidate that is the champion is measured once, for both', async () => {
    const { result, jobs } = await evaluateBeside('new', whole);
    expect(jobs.map(({ champion }) => champion)).toEqual([null]);
    expect(result.champion).toEqual({ version: '3', run_id: 'new', ndcg_at_10: 0.4 });
    expect(result.ci).toBeNull();
  });
});
