/** The test step: the chosen trial and the champion rank the same test users over the same candidates. */
import { dirname, join } from 'node:path';
import type { GateSide } from '../contracts/gate.ts';
import { isBelowPopularity, RANKING_METRIC_NAMES } from '../contracts/metrics.ts';
import { ALIAS, ARTIFACT, TAG } from '../contracts/names.ts';
import type { EvaluateBestRequest, EvaluateBestResult } from '../contracts/steps.ts';
import { ensureDataset } from './dataset.ts';
import { withHeartbeat } from './heartbeat.ts';
import { ensureModel } from './model-files.ts';
import type { ComputePort, DatasetPort, TrackingPort, WorkspacePort } from './ports.ts';

export interface EvaluationActivityDeps {
  readonly datasets: DatasetPort;
  readonly tracking: TrackingPort;
  readonly compute: ComputePort;
  readonly workspace: WorkspacePort;
}

const PER_USER_FILE = 'test_per_user.json';

export const createEvaluationActivities = (deps: EvaluationActivityDeps) => {
  return {
    evaluateBest: (request: EvaluateBestRequest): Promise<EvaluateBestResult> =>
      withHeartbeat(
        () => null,
        async (signal) => {
          const { runId } = request;
          const datasetFolder = await ensureDataset(deps, request.datasetVersion);
          const version = await deps.tracking.findByAlias(request.modelName, ALIAS.champion);
          const candidate = await ensureModel(deps, runId);
          const perUserFile = join(dirname(candidate.modelFolder), PER_USER_FILE);
          const evaluated = await deps.compute.evaluate(
            {
              kind: 'evaluate',
              datasetFolder,
              candidate,
              champion: version === null ? null : await ensureModel(deps, version.runId),
              relevanceThreshold: request.relevanceThreshold,
              seed: request.seed,
              confidence: request.confidence,
              perUserFile,
            },
            signal,
          );
          const { champion, ci, championProblem, report: _report, ...test } = evaluated;
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
          await deps.tracking.putArtifactFile(runId, PER_USER_FILE, perUserFile);
          const side: GateSide | null =
            version === null || champion === null
              ? null
              : { version: version.version, run_id: version.runId, ndcg_at_10: champion.ndcg_at_10 };
          return { test, champion: side, ci, championProblem };
        },
      ),
  };
};
