/** Steps around one trial's MLflow run: open it, or find what an equal trial has shown, and close it. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../contracts/canonical-json.ts';
import { RUN_KIND, TAG } from '../contracts/names.ts';
import type { ObjectiveName } from '../contracts/objective.ts';
import { resumableKey } from '../contracts/resumable-key.ts';
import type { CloseTrialRequest, CloseTrialResult, OpenTrialRequest, OpenTrialResult } from '../contracts/steps.ts';
import type { LoggedTraining, TrialSettings } from '../contracts/trial.ts';
import { tryEach } from '../contracts/try-each.ts';
import { completeOrClose } from './close-refused.ts';
import { provenanceTags } from './experiment-run.ts';
import { findKnownTrial, keepResult, reportsOf } from './known-trials.ts';
import { readLogged } from './logged-training.ts';
import type { TrackingPort } from './ports.ts';

export interface TrialActivityDeps {
  readonly tracking: TrackingPort;
  /** Digest of the code that trains: a change of it makes earlier results unusable. */
  readonly trainingCodeDigest: string;
  readonly now: () => number;
}

const flatten = (prefix: string, section: object): Record<string, string> =>
  Object.fromEntries(
    Object.entries(section).map(([key, value]) => [
      `${prefix}.${key}`,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );

const runKeyOf = ({ provenance, trialId, attempt }: OpenTrialRequest): string => {
  const key = `${provenance.workflowId}@${provenance.executionId}/${trialId}`;
  return attempt === 1 ? key : `${key}#${attempt}`;
};

/** Of equal trials, however many epochs they train. @param code digest of the code that trains */
export const trialDigest = (datasetVersion: string, settings: TrialSettings, code: string): string =>
  createHash('sha256')
    .update(canonicalJson({ dataset: datasetVersion, settings: resumableKey(settings), code }))
    .digest('hex');

export const createTrialActivities = ({ tracking, trainingCodeDigest, now }: TrialActivityDeps) => {
  const openRun = async (request: OpenTrialRequest, digest: string): Promise<string> => {
    const { provenance, settings, dataset, trialId, attempt } = request;
    const runId = await tracking.ensureRun({
      experimentId: request.mlflowExperimentId,
      runKey: runKeyOf(request),
      runName: attempt === 1 ? trialId : `${trialId} (${attempt})`,
      parentRunId: request.parentRunId,
      user: provenance.user,
      gitCommit: provenance.gitCommit,
      tags: {
        ...provenanceTags(provenance),
        [TAG.kind]: RUN_KIND.trial,
        [TAG.trialId]: trialId,
        ...(request.replicateOf === undefined ? {} : { [TAG.replicateOf]: request.replicateOf }),
        [TAG.datasetVersion]: dataset.version,
        [TAG.trialDigest]: digest,
        [TAG.trainingCode]: trainingCodeDigest,
      },
      startTimeMs: request.startTimeMs,
    });
    await completeOrClose({ tracking, now }, runId, async () => {
      await tracking.logParams(runId, {
        seed: String(settings.seed),
        ...flatten('model', settings.model),
        ...flatten('training', settings.training),
      });
      await tracking.logDatasetInput(runId, dataset, 'training');
    });
    return runId;
  };

  return {
    openTrial: async (request: OpenTrialRequest): Promise<OpenTrialResult> => {
      const { dataset, settings } = request;
      const digest = trialDigest(dataset.version, settings, trainingCodeDigest);
      const { num_epochs: epochs } = settings.training;
      const known = request.mayReuse
        ? await findKnownTrial(tracking, request.mlflowExperimentId, digest, epochs)
        : null;
      const reports = known === null ? [] : await reportsOf(tracking, known, request);
      if (known !== null && reports.length > 0) {
        await tracking.setTags(known.runId, { [TAG.reusedBy]: request.parentRunId });
        return { kind: 'known', runId: known.runId, result: known.result, reports };
      }
      return {
        kind: 'open',
        runId: await openRun(request, digest),
        codeDigest: trainingCodeDigest,
        warmStartRunId: known?.runId ?? null,
      };
    },

    closeTrial: async (request: CloseTrialRequest): Promise<CloseTrialResult> => {
      const { runId, result, trialStatus, endTimeMs, metric = 'ndcg_at_10' } = request;
      // A trial that was cancelled or failed has no result that another one could take.
      const isUsable = trialStatus === 'completed' || trialStatus === 'pruned';
      const tags =
        result === null
          ? {}
          : {
              [TAG.tensorflowBackend]: result.tensorflow.backend,
              [TAG.tensorflowLibrary]: result.tensorflow.library,
              [TAG.precision]: result.precision,
            };
      let logged: LoggedTraining | null = null;
      await tryEach(
        () => tracking.setTags(runId, { ...tags, [TAG.trialStatus]: trialStatus, ...request.tags }),
        async () => {
          if (result !== null) {
            const { bestEpoch, validation } = result;
            const metrics = new Set<ObjectiveName>(['ndcg_at_10', metric]);
            const point = (key: string, value: number) => ({ key, value, step: bestEpoch, timestampMs: endTimeMs });
            await tracking.logMetrics(runId, [
              ...[...metrics].map((name) => point(`best_val_${name}`, validation[name])),
              point('best_epoch', bestEpoch),
            ]);
          }
        },
        async () => {
          if (result !== null && isUsable) {
            await keepResult(tracking, runId, { result, epochLimit: request.epochLimit });
          }
        },
        () => tracking.finishRun(runId, request.status, endTimeMs),
        async () => {
          if (result === null) {
            logged = await readLogged(tracking, runId, metric);
          }
        },
      );
      return { logged };
    },
  };
};
