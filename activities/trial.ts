/** Steps around one trial's MLflow run: open it, or find the finished run of an equal trial, and close it. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../contracts/canonical-json.ts';
import { RUN_KIND, TAG } from '../contracts/names.ts';
import type { CloseTrialRequest, OpenTrialRequest, OpenTrialResult } from '../contracts/steps.ts';
import type { TrainingResult } from '../contracts/trial.ts';
import { provenanceTags } from './experiment-run.ts';
import type { TrackingPort } from './ports.ts';

/** Result of a finished trial, kept with its run so that the trial need not be trained again. */
const RESULT_TAG = 'tt.training_result';

export interface TrialActivityDeps {
  readonly tracking: TrackingPort;
  /** Digest of the code that trains: a change of it makes earlier results unusable. */
  readonly trainingCodeDigest: string;
}

const flatten = (prefix: string, section: object): Record<string, string> =>
  Object.fromEntries(
    Object.entries(section).map(([key, value]) => [
      `${prefix}.${key}`,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );

export const createTrialActivities = (deps: TrialActivityDeps) => {
  const trialDigest = ({ dataset, settings, epochBudget }: OpenTrialRequest): string =>
    createHash('sha256')
      .update(canonicalJson({ dataset: dataset.version, settings, epochBudget, code: deps.trainingCodeDigest }))
      .digest('hex');

  const findFinished = async (experimentId: string, digest: string): Promise<OpenTrialResult | null> => {
    const runs = await deps.tracking.findRuns({
      experimentId,
      tags: { [TAG.trialDigest]: digest },
      status: 'FINISHED',
    });
    for (const run of runs) {
      const text = run.tags[RESULT_TAG];
      if (text !== undefined) {
        return { kind: 'cached', runId: run.runId, result: JSON.parse(text) as TrainingResult };
      }
    }
    return null;
  };

  return {
    openTrial: async (request: OpenTrialRequest): Promise<OpenTrialResult> => {
      const { provenance, settings, dataset } = request;
      const digest = trialDigest(request);
      const finished = request.isFresh ? null : await findFinished(request.mlflowExperimentId, digest);
      if (finished !== null) {
        return finished;
      }
      const runId = await deps.tracking.ensureRun({
        experimentId: request.mlflowExperimentId,
        runKey: `${provenance.workflowId}@${provenance.executionId}/${request.trialId}`,
        runName: request.trialId,
        parentRunId: request.parentRunId,
        user: provenance.user,
        gitCommit: provenance.gitCommit,
        tags: {
          ...provenanceTags(provenance),
          [TAG.kind]: RUN_KIND.trial,
          [TAG.trialId]: request.trialId,
          [TAG.datasetVersion]: dataset.version,
          [TAG.trialDigest]: digest,
        },
        startTimeMs: request.startTimeMs,
      });
      await deps.tracking.logParams(runId, {
        seed: String(settings.seed),
        ...flatten('model', settings.model),
        ...flatten('training', settings.training),
      });
      await deps.tracking.logDatasetInput(runId, dataset, 'training');
      return { kind: 'open', runId, codeDigest: deps.trainingCodeDigest };
    },

    closeTrial: async (request: CloseTrialRequest): Promise<void> => {
      const { runId, result } = request;
      const resultTags =
        result === null
          ? {}
          : {
              [RESULT_TAG]: JSON.stringify(result),
              [TAG.tensorflowBackend]: result.tensorflow.backend,
              [TAG.tensorflowLibrary]: result.tensorflow.library,
              [TAG.precision]: result.precision,
            };
      await deps.tracking.setTags(runId, { ...resultTags, ...request.tags });
      if (result !== null) {
        await deps.tracking.logMetrics(runId, [
          {
            key: 'best_val_ndcg_at_10',
            value: result.validation.ndcg_at_10,
            step: result.bestEpoch,
            timestampMs: request.endTimeMs,
          },
          { key: 'best_epoch', value: result.bestEpoch, step: result.bestEpoch, timestampMs: request.endTimeMs },
        ]);
      }
      await deps.tracking.finishRun(runId, request.status, request.endTimeMs);
    },
  };
};
