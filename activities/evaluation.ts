/** The test step: the chosen trial and the champion rank the same test users over the same candidates. */

import { dirname, join } from 'node:path';
import { TtExpError } from '../contracts/errors.ts';
import type { GateSide } from '../contracts/gate.ts';
import { isBelowPopularity, RANKING_METRIC_NAMES } from '../contracts/metrics.ts';
import { ALIAS, ARTIFACT, TAG } from '../contracts/names.ts';
import type { ModelVersionRecord } from '../contracts/registered-models.ts';
import type { EvaluateBestRequest, EvaluateBestResult } from '../contracts/steps.ts';
import type { EvaluateResult, ModelSource } from '../contracts/trainer.ts';
import type { Workspace } from '../host/workspace.ts';
import { fetchModel } from '../registry/fetch-model.ts';
import { ensureDataset } from './dataset.ts';
import { withHeartbeat } from './heartbeat.ts';
import type { ComputePort, DatasetPort, TrackingPort } from './ports.ts';

export interface EvaluationActivityDeps {
  readonly datasets: DatasetPort;
  readonly tracking: TrackingPort;
  readonly compute: ComputePort;
  readonly workspace: Workspace;
}

/** What no retry brings back. An MLflow that is out of reach or refuses is another matter: it fails the step. */
const isGone = (error: unknown): error is TtExpError =>
  error instanceof TtExpError &&
  (error.code === 'MODEL_NOT_LOADING' ||
    (error.code === 'UPSTREAM_REJECTED' && error.details.errorCode === 'RESOURCE_DOES_NOT_EXIST'));

interface Champion {
  /** null: nothing to evaluate beside the candidate. */
  readonly source: ModelSource | null;
  readonly problem: string | null;
}

const NOBODY: Champion = { source: null, problem: null };

/** Everything that has been trained is to be judged, whatever has become of the champion's files. */
const fetchChampion = async (deps: EvaluationActivityDeps, { runId }: ModelVersionRecord): Promise<Champion> => {
  if (runId === '') {
    return { source: null, problem: 'it names no run that holds its model (another tool may have registered it)' };
  }
  try {
    return { source: await fetchModel(deps, runId), problem: null };
  } catch (error) {
    if (isGone(error)) {
      return { source: null, problem: `its model cannot be fetched: ${error.message}` };
    }
    throw error;
  }
};

/** A candidate that is the champion was measured once; that counts for both. */
const championSide = (
  version: ModelVersionRecord | null,
  { model, champion }: Pick<EvaluateResult, 'model' | 'champion'>,
  candidateRunId: string,
): GateSide | null => {
  const measured = version?.runId === candidateRunId ? model : champion;
  return version === null || measured === null
    ? null
    : { version: version.version, run_id: version.runId, ndcg_at_10: measured.ndcg_at_10 };
};

export const createEvaluationActivities = (deps: EvaluationActivityDeps) => {
  return {
    evaluateBest: (request: EvaluateBestRequest): Promise<EvaluateBestResult> =>
      withHeartbeat(
        () => null,
        async (signal) => {
          const { runId } = request;
          const datasetFolder = await ensureDataset(deps, request.datasetVersion);
          const version = await deps.tracking.findByAlias(request.modelName, ALIAS.champion);
          const candidate = await fetchModel(deps, runId);
          const { source, problem } =
            version === null || version.runId === runId ? NOBODY : await fetchChampion(deps, version);
          const usersFile = join(dirname(candidate.modelFolder), ARTIFACT.gateUsers);
          const evaluated = await deps.compute.evaluate(
            {
              kind: 'evaluate',
              datasetFolder,
              candidate,
              champion: source,
              ancestor: null,
              relevanceThreshold: request.relevanceThreshold,
              seed: request.seed,
              confidence: request.confidence,
              margin: request.margin ?? null,
              guards: request.guards ?? [],
              usersFile,
            },
            signal,
          );
          const { ci, pairedTest, dcg, guards, championProblem } = evaluated;
          const test = { model: evaluated.model, baselines: evaluated.baselines };
          // A run whose result is taken again is tested again: the same numbers at the same time are the same points.
          const { endTimeMs } = await deps.tracking.getRun(runId);
          await deps.tracking.logMetrics(
            runId,
            RANKING_METRIC_NAMES.map((name) => ({
              key: `test_${name}`,
              value: test.model[name],
              step: 0,
              timestampMs: endTimeMs ?? request.timestampMs,
            })),
          );
          await deps.tracking.setTags(runId, { [TAG.belowPopularity]: String(isBelowPopularity(test)) });
          await deps.tracking.putArtifactText(runId, ARTIFACT.testMetrics, `${JSON.stringify(evaluated, null, 2)}\n`);
          await deps.tracking.putArtifactFile(runId, ARTIFACT.gateUsers, usersFile);
          return {
            test,
            champion: championSide(version, evaluated, runId),
            ci,
            pairedTest,
            dcg,
            guards,
            ancestor: null,
            comparedWith: version?.version ?? null,
            championProblem: problem ?? championProblem,
          };
        },
      ),
  };
};
