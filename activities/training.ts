/** The training step: one compute child, its epochs logged and its checkpoint kept where another host finds it. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import { TtExpError } from '../contracts/errors.ts';
import { ARTIFACT } from '../contracts/names.ts';
import type { TrainTrialRequest } from '../contracts/steps.ts';
import { trainedPrecision } from '../contracts/tensorflow.ts';
import type { ComputeMessage, TrainJob } from '../contracts/trainer.ts';
import type { TrainingResult, TrialProgress } from '../contracts/trial.ts';
import { ensureDataset } from './dataset.ts';
import { createEpochLog, logPreflight } from './epoch-log.ts';
import { withHeartbeat } from './heartbeat.ts';
import { uploadTraining } from './model-files.ts';
import type { ComputePort, DatasetPort, TrackingPort, WorkspacePort } from './ports.ts';

export interface TrainingActivityDeps {
  readonly datasets: DatasetPort;
  readonly tracking: TrackingPort;
  readonly compute: ComputePort;
  readonly workspace: WorkspacePort;
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** Folds a message of the child into the progress that heartbeats carry. */
export const advance = (progress: TrialProgress, message: ComputeMessage): TrialProgress => {
  switch (message.kind) {
    case 'ready': {
      const last = message.history.at(-1) ?? null;
      const bestNdcg = message.history.reduce<number | null>(
        (best, { validation }) => Math.max(best ?? 0, validation.ndcg_at_10),
        null,
      );
      return { ...progress, epoch: last?.epoch ?? 0, last, bestNdcg, resumedFromEpoch: message.resumedFromEpoch };
    }
    case 'step':
      return {
        ...progress,
        epoch: message.epoch,
        step: message.step,
        steps: message.steps,
        trainLoss: message.trainLoss,
      };
    case 'epoch':
      return {
        ...progress,
        epoch: message.record.epoch,
        last: message.record,
        bestNdcg: Math.max(progress.bestNdcg ?? 0, message.record.validation.ndcg_at_10),
      };
    default:
      return progress;
  }
};

export const createTrainingActivities = (deps: TrainingActivityDeps) => {
  /** A retry on a host that has never seen the trial goes on from the checkpoint in the artifact store. */
  const restoreCheckpoint = async (runId: string, trialFolder: string): Promise<void> => {
    const file = join(trialFolder, ARTIFACT.latestCheckpoint);
    if (Context.current().info.attempt > 1 && !(await exists(file))) {
      await deps.tracking.getArtifactFile(runId, ARTIFACT.latestCheckpoint, file);
    }
  };

  return {
    trainTrial: (request: TrainTrialRequest): Promise<TrainingResult> => {
      let progress: TrialProgress = {
        epoch: 0,
        epochs: request.epochBudget,
        step: 0,
        steps: 0,
        trainLoss: null,
        last: null,
        bestNdcg: null,
        resumedFromEpoch: null,
      };
      return withHeartbeat(
        () => progress,
        async (signal) => {
          const { runId } = request;
          const trialFolder = await deps.workspace.trialFolder(
            `${runId}-b${request.settings.training.batch_size}-${request.device}`,
          );
          const datasetFolder = await ensureDataset(deps, request.datasetVersion);
          await restoreCheckpoint(runId, trialFolder);

          const log = createEpochLog(deps.tracking, runId, trialFolder);
          const worker = Context.current().log;
          const onMessage = (message: ComputeMessage): void => {
            progress = advance(progress, message);
            if (message.kind === 'ready') {
              const { precision: wanted } = request.settings.training;
              const precision = trainedPrecision(wanted, message.tensorflow.backend);
              if (precision !== wanted) {
                worker.warn(`training.precision: ${wanted} needs a GPU, trained in ${precision}`);
              }
            }
            log.onMessage(message);
          };

          const job: TrainJob = {
            kind: 'train',
            trialFolder,
            datasetFolder,
            settings: request.settings,
            epochBudget: request.epochBudget,
            device: request.device,
            preflight: request.preflight,
          };
          const result = await deps.compute
            .train(job, onMessage, AbortSignal.any([signal, log.failed]))
            .catch(async (error: unknown) => {
              if (error instanceof TtExpError && error.code === 'PREFLIGHT_FAILED') {
                await logPreflight(deps.tracking, runId, String(error.details.tripwire), error.details);
              }
              throw error;
            });
          await log.settled();
          await uploadTraining(deps.tracking, runId, {
            folder: trialFolder,
            encoderFile: join(datasetFolder, ARTIFACT.encoder),
          });
          return result;
        },
      );
    },
  };
};
