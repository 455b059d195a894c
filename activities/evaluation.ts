/** The test step: the chosen trial and the champion rank the same test users over the same candidates. */

import { dirname, join } from 'node:path';
import type { AncestorComparison, ChampionStandIn, GateSide } from '../contracts/gate.ts';
import type { TestDigests } from '../contracts/ledger.ts';
import { isBelowPopularity, RANKING_METRIC_NAMES } from '../contracts/metrics.ts';
import { ALIAS, ARTIFACT, TAG } from '../contracts/names.ts';
import type { ModelVersionRecord } from '../contracts/registered-models.ts';
import type { EvaluateBestRequest, EvaluateBestResult } from '../contracts/steps.ts';
import type { EvaluateResult } from '../contracts/trainer.ts';
import { digestFile, digestText } from '../host/files/file-digest.ts';
import type { Workspace } from '../host/workspace.ts';
import { fetchModel } from '../registry/fetch-model.ts';
import { ensureDataset } from './dataset.ts';
import { withHeartbeat } from './heartbeat.ts';
import { type Ancestor, fetchOther, findAncestor, type OtherModel } from './other-models.ts';
import type { ComputePort, DatasetPort, TrackingPort } from './ports.ts';

export interface EvaluationActivityDeps {
  readonly datasets: DatasetPort;
  readonly tracking: TrackingPort;
  readonly compute: ComputePort;
  readonly workspace: Workspace;
}

interface Champion extends OtherModel {
  readonly standIn: ChampionStandIn | null;
}

const NOBODY: Champion = { source: null, problem: null, standIn: null };

const fetchChampion = async (
  deps: EvaluationActivityDeps,
  champion: ModelVersionRecord,
  asked: EvaluateBestRequest['standIn'],
): Promise<Champion> => {
  if (asked?.version !== champion.version) {
    return { ...(await fetchOther(deps, champion)), standIn: null };
  }
  const { run_id, reason } = asked;
  return { source: await fetchModel(deps, run_id), problem: null, standIn: { run_id, reason } };
};

/** Of now; or the version that is asked for. */
const findChampion = (
  { tracking }: EvaluationActivityDeps,
  { modelName, against }: EvaluateBestRequest,
): Promise<ModelVersionRecord | null> => {
  if (against === undefined) {
    return tracking.findByAlias(modelName, ALIAS.champion);
  }
  return against === null ? Promise.resolve(null) : tracking.getVersion(modelName, against);
};

/**
 * What the candidate's run says of its test. A run whose result is taken again is tested again: the same numbers at the
 * same time are the same points.
 */
const recordTest = async (
  { tracking }: EvaluationActivityDeps,
  { runId, timestampMs }: EvaluateBestRequest,
  evaluated: EvaluateResult,
  usersFile: string,
): Promise<TestDigests> => {
  const { endTimeMs } = await tracking.getRun(runId);
  await tracking.logMetrics(
    runId,
    RANKING_METRIC_NAMES.map((name) => ({
      key: `test_${name}`,
      value: evaluated.model[name],
      step: 0,
      timestampMs: endTimeMs ?? timestampMs,
    })),
  );
  const metrics = `${JSON.stringify(evaluated, null, 2)}\n`;
  const digests = { test_metrics_digest: digestText(metrics), gate_users_digest: (await digestFile(usersFile)).sha256 };
  await tracking.putArtifactText(runId, ARTIFACT.testMetrics, metrics);
  await tracking.putArtifactFile(runId, ARTIFACT.gateUsers, usersFile);
  await tracking.setTags(runId, {
    [TAG.belowPopularity]: String(isBelowPopularity(evaluated)),
    [TAG.testMetricsDigest]: digests.test_metrics_digest,
    [TAG.gateUsersDigest]: digests.gate_users_digest,
  });
  return digests;
};

/** The run of a champion keeps the evaluation that made it so, as it keeps the verdict. */
const isKept = async ({ tracking }: EvaluationActivityDeps, runId: string, championRunId: string | undefined) =>
  championRunId === runId && (await tracking.getArtifactText(runId, ARTIFACT.testMetrics)) !== null;

/** A candidate that is the champion was measured once; that counts for both. */
export const championSide = (
  version: Pick<ModelVersionRecord, 'version' | 'runId'> | null,
  { model, champion }: Pick<EvaluateResult, 'model' | 'champion'>,
  candidateRunId: string,
): GateSide | null => {
  const measured = version?.runId === candidateRunId ? model : champion;
  return version === null || measured === null
    ? null
    : { version: version.version, run_id: version.runId, ndcg_at_10: measured.ndcg_at_10 };
};

export const ancestorSide = (
  { version, runId, problem }: Ancestor,
  { ancestor }: Pick<EvaluateResult, 'ancestor'>,
): AncestorComparison => ({
  ...{ version, run_id: runId },
  ...(ancestor ?? { ndcg_at_10: null, ci: null, users: null, margin_p_value: null, problem }),
});

export const createEvaluationActivities = (deps: EvaluationActivityDeps) => {
  return {
    evaluateBest: (request: EvaluateBestRequest): Promise<EvaluateBestResult> =>
      withHeartbeat(
        () => null,
        async (signal) => {
          const { runId } = request;
          const isRecorded = request.against === undefined;
          const datasetFolder = await ensureDataset(deps, request.datasetVersion);
          const version = await findChampion(deps, request);
          const candidate = await fetchModel(deps, runId);
          const replicates = await Promise.all((request.replicateRunIds ?? []).map((id) => fetchModel(deps, id)));
          const { source, problem, standIn } =
            version === null || version.runId === runId ? NOBODY : await fetchChampion(deps, version, request.standIn);
          const margin = request.margin ?? null;
          const ancestor =
            margin === null
              ? null
              : await findAncestor(deps, {
                  modelName: request.modelName,
                  nowMs: request.timestampMs,
                  known: [runId, version?.runId ?? runId],
                });
          // Not in the way of an evaluation that is recorded.
          const usersName = isRecorded ? ARTIFACT.gateUsers : `by-hand-${ARTIFACT.gateUsers}`;
          const usersFile = join(dirname(candidate.modelFolder), usersName);
          const evaluated = await deps.compute.evaluate(
            {
              kind: 'evaluate',
              datasetFolder,
              candidate,
              champion: source,
              ancestor: ancestor?.source ?? null,
              relevanceThreshold: request.relevanceThreshold,
              seed: request.seed,
              confidence: request.confidence,
              margin,
              minImprovement: request.minImprovement ?? 0,
              guards: request.guards ?? [],
              replicates,
              usersFile,
            },
            signal,
          );
          const { ci, pairedTest, dcg, guards, seedNoise = null, championProblem } = evaluated;
          const test = { model: evaluated.model, baselines: evaluated.baselines };
          const testDigests =
            isRecorded && !(await isKept(deps, runId, version?.runId))
              ? await recordTest(deps, request, evaluated, usersFile)
              : null;
          return {
            test,
            champion: championSide(version, evaluated, runId),
            ci,
            pairedTest,
            dcg,
            guards,
            seedNoise,
            ancestor: ancestor && ancestorSide(ancestor, evaluated),
            comparedWith: version?.version ?? null,
            championProblem: problem ?? championProblem,
            championStandIn: standIn,
            ...(testDigests !== null && { testDigests }),
          };
        },
      ),
  };
};
