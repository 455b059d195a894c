/** The training step: one compute child, its epochs logged and its checkpoint kept where another host finds it. */

import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import { TtExpError } from '../contracts/errors.ts';
import { ARTIFACT } from '../contracts/names.ts';
import type { TrainTrialRequest, TrainTrialResult } from '../contracts/steps.ts';
import { trainedPrecision } from '../contracts/tensorflow.ts';
import type { CheckpointSource, ComputeMessage, TrainJob } from '../contracts/trainer.ts';
import type { Workspace } from '../host/workspace.ts';
import { uploadTraining } from '../registry/upload-training.ts';
import { type AttemptFolder, attemptName, openAttemptFolder } from './attempt-folder.ts';
import { type CheckpointPlace, checkpointPath, listCheckpoints, withdrawCheckpoint } from './checkpoint-store.ts';
import { ensureDataset } from './dataset.ts';
import { createEpochLog, logPreflight } from './epoch-log.ts';
import { type Fence, type FenceDeps, fenceOwnAttempt } from './fence.ts';
import { findAllCheckpoints, findCheckpoints } from './find-checkpoints.ts';
import { withHeartbeat } from './heartbeat.ts';
import type { ComputePort, DatasetPort, TrackingPort } from './ports.ts';
import { type StopSignals, splitCancellation } from './stop-signals.ts';
import { createPaceMeter } from './training-pace.ts';
import { advance, progressBefore } from './trial-progress.ts';

export interface TrainingActivityDeps extends FenceDeps {
  readonly datasets: DatasetPort;
  readonly tracking: TrackingPort;
  readonly compute: ComputePort;
  readonly workspace: Workspace;
  /** Aborts with the reason WORKER_SHUTDOWN. */
  readonly shutdownSignal: AbortSignal;
  readonly trainingCodeDigest: string;
}

/** One attempt at a training. */
interface Attempt {
  readonly request: TrainTrialRequest;
  /** Writes only while this attempt is the current one. */
  readonly tracking: Omit<TrackingPort, 'guardedBy'>;
  /** Also once it has been given up. */
  readonly unguarded: Pick<TrackingPort, 'listArtifacts' | 'deleteArtifact'>;
  readonly fence: Fence;
  readonly place: CheckpointPlace;
  readonly folder: AttemptFolder;
  readonly datasetFolder: string;
  readonly signals: StopSignals;
  readonly onMessage: (message: ComputeMessage) => void;
}

/** A trial that two versions of the code have trained would be neither's. */
const assertSameCode = (expected: string, own: string): void => {
  if (own !== expected) {
    throw new TtExpError(
      'WORKER_OUTDATED',
      `worker: got training code ${own.slice(0, 12)}, expected ${expected.slice(0, 12)}, with which the trial was opened`,
      { hint: 'Install the same version of tt-exp on the host of this worker, and restart the worker.' },
    );
  }
};

const precisionNotice = ({ settings }: TrainTrialRequest, message: ComputeMessage): string | null => {
  const { precision: wanted } = settings.training;
  const precision = message.kind === 'ready' ? trainedPrecision(wanted, message.tensorflow.backend) : wanted;
  return precision === wanted ? null : `training.precision: ${wanted} needs a GPU, trained in ${precision}`;
};

/** What earlier attempts left, here and in the store; nobody needs it once this one has a checkpoint there. */
const removeEarlier = async ({ fence, folder, place, tracking }: Attempt): Promise<void> => {
  await fence.assertCurrent();
  await folder.removeEarlier();
  for (const name of await listCheckpoints(tracking, place)) {
    if (name < folder.name) {
      await tracking.deleteArtifact(place.runId, checkpointPath(place, name));
    }
  }
};

/** Between a write's question whether the attempt is the current one and its end the worker may have been frozen. */
const withdrawIfLate = async ({ fence, folder, place, unguarded }: Attempt): Promise<void> => {
  try {
    await fence.assertCurrent();
  } catch (error) {
    if (error instanceof TtExpError && error.code === 'ATTEMPT_SUPERSEDED') {
      await withdrawCheckpoint(unguarded, place, folder.name);
    }
    throw error;
  }
};

const isCorrupt = (error: unknown): boolean => error instanceof TtExpError && error.code === 'CHECKPOINT_CORRUPT';

/** From the checkpoint that is found first; from any other where that one is damaged. */
const fromCheckpoint = async (
  attempt: Attempt,
  train: (checkpoints: readonly CheckpointSource[]) => Promise<TrainTrialResult>,
): Promise<TrainTrialResult> => {
  const { folder: own, place, request, tracking } = attempt;
  const search = { tracking, place, attempt: own, warmStart: request.warmStart?.runId ?? null };
  const checkpoints = await findCheckpoints(search);
  try {
    return await train(checkpoints);
  } catch (error) {
    const others = isCorrupt(error) ? await findAllCheckpoints(search) : [];
    if (others.length <= checkpoints.length) {
      throw error;
    }
    return train(others);
  }
};

const trainAttempt = async (compute: ComputePort, attempt: Attempt): Promise<TrainTrialResult> => {
  const { datasetFolder, folder, onMessage, place, request, signals, tracking } = attempt;
  const { settings, epochBudget, device, preflight } = request;
  const log = createEpochLog({
    tracking,
    runId: place.runId,
    threads: compute.threads,
    checkpoint: { file: join(folder.folder, ARTIFACT.latestCheckpoint), path: checkpointPath(place, folder.name) },
    onStored: () => withdrawIfLate(attempt),
    onFirstCheckpoint: () => removeEarlier(attempt),
  });
  const result = await fromCheckpoint(attempt, (checkpoints) => {
    const trialFolder = folder.folder;
    const job: TrainJob = {
      kind: 'train',
      ...{ trialFolder, checkpoints, datasetFolder, settings, epochBudget, device, preflight },
    };
    return compute.train(
      job,
      (message) => {
        onMessage(message);
        log.onMessage(message);
      },
      { signal: AbortSignal.any([signals.signal, log.failed]), stopSignal: signals.stopSignal },
    );
  }).catch(async (error: unknown) => {
    if (!signals.signal.aborted) {
      // Whoever closes its run reads there how far it came. A log that failed as well is not the cause.
      await Promise.allSettled([log.settled()]);
    }
    if (error instanceof TtExpError && error.code === 'PREFLIGHT_FAILED') {
      await logPreflight(tracking, place.runId, String(error.details.tripwire), error.details);
    }
    throw error;
  });
  await log.settled();
  if (result.result !== null) {
    const encoderFile = join(datasetFolder, ARTIFACT.encoder);
    await uploadTraining(tracking, place.runId, { folder: folder.folder, encoderFile });
  }
  return result;
};

export const createTrainingActivities = (deps: TrainingActivityDeps) => ({
  /**
   * Trains to the budget. Cancelled by the workflow it resolves as `stopped` after the running epoch. Throws
   * WORKER_OUTDATED, ATTEMPT_SUPERSEDED, and what data, training and MLflow may throw.
   */
  trainTrial: (request: TrainTrialRequest): Promise<TrainTrialResult> => {
    let progress = progressBefore(Context.current().info.heartbeatDetails, request.epochBudget);
    const meter = createPaceMeter(deps.clocks.monotonicMs);
    return withHeartbeat(
      () => progress,
      async (cancellation) => {
        assertSameCode(request.codeDigest, deps.trainingCodeDigest);
        const { runId, settings } = request;
        const { info, log } = Context.current();
        const signals = splitCancellation(cancellation, deps.shutdownSignal);
        const fence = fenceOwnAttempt(deps, () => progress);
        const place = { runId, variant: `b${settings.training.batch_size}-${request.device}` };
        const trialFolder = await deps.workspace.trialFolder(`${runId}-${place.variant}`);
        try {
          return await trainAttempt(deps.compute, {
            request,
            tracking: deps.tracking.guardedBy(() => fence.assertCurrent()),
            unguarded: deps.tracking,
            fence,
            place,
            folder: await openAttemptFolder(trialFolder, attemptName(info, request.call)),
            datasetFolder: await ensureDataset(deps, request.datasetVersion),
            signals,
            onMessage: (message) => {
              if (message.kind === 'code') {
                // Started from what lies on the disk now, which may be newer than this worker.
                assertSameCode(request.codeDigest, message.digest);
              }
              progress = { ...advance(progress, message), pace: meter.after(message) };
              const notice = precisionNotice(request, message);
              if (notice !== null) {
                log.warn(notice);
              }
            },
          });
        } catch (error) {
          // Temporal does not try a cancelled step again, whatever has ended it in the middle of its last epoch.
          throw signals.stopSignal.aborted && error instanceof CancelledFailure ? signals.stopSignal.reason : error;
        }
      },
    );
  },
});
