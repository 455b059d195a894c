/** A training in the compute process, with the tripwires before it. */
import { join } from 'node:path';
import { ARTIFACT } from '../../contracts/names.ts';
import type { TensorflowInfo } from '../../contracts/tensorflow.ts';
import type { TrainJob } from '../../contracts/trainer.ts';
import { systemClock } from '../../host/clock.ts';
import { adoptCheckpoint } from '../../models/training/checkpoint.ts';
import { trainUntilStopped } from '../../models/training/train.ts';
import { trainingKey } from '../../models/training/training-key.ts';
import { openDataset } from '../../pipeline/index.ts';
import type { ComputeChannel } from '../child-channel.ts';
import { checkBeforeTraining, repeatPreflight } from './preflight-job.ts';

/** Time between two step messages; every step would only fill the pipe. */
const STEP_MESSAGE_INTERVAL_MS = 200;

/** False where it was stopped before it had an answer. */
const passesPreflight = async (...request: Parameters<typeof checkBeforeTraining>): Promise<boolean> => {
  const [, , , { signal, stopSignal }] = request;
  try {
    await checkBeforeTraining(...request);
    return true;
  } catch (error) {
    if (stopSignal.aborted && !signal.aborted && error === stopSignal.reason) {
      return false;
    }
    throw error;
  }
};

export const train = async (job: TrainJob, tensorflow: TensorflowInfo, channel: ComputeChannel): Promise<void> => {
  let lastStepMs = 0;
  const dataset = await openDataset(job.datasetFolder);
  const hasCheckpoint = await adoptCheckpoint({
    file: join(job.trialFolder, ARTIFACT.latestCheckpoint),
    sources: job.checkpoints,
    trainingKey: trainingKey(dataset, job.settings),
    epochBudget: job.epochBudget,
    onSkipped: (reason) => process.stderr.write(`${reason}; skipped\n`),
  });
  if (job.preflight && hasCheckpoint) {
    await repeatPreflight(job, dataset, channel);
  } else if (job.preflight && !(await passesPreflight(job, dataset, tensorflow, channel))) {
    channel.send({ kind: 'stopped', result: null });
    return;
  }
  const outcome = await trainUntilStopped(
    {
      dataset,
      settings: job.settings,
      epochBudget: job.epochBudget,
      trialFolder: job.trialFolder,
      tensorflow,
      signal: channel.signal,
      nowMs: systemClock.nowMs,
      onReady: (resumedFromEpoch, history) => channel.send({ kind: 'ready', tensorflow, resumedFromEpoch, history }),
      onStep: (epoch, step, steps, trainLoss) => {
        if (performance.now() - lastStepMs >= STEP_MESSAGE_INTERVAL_MS) {
          lastStepMs = performance.now();
          channel.send({ kind: 'step', epoch, step, steps, trainLoss });
        }
      },
      onAlive: channel.alive,
      onEpoch: (record) => channel.send({ kind: 'epoch', record, usage: channel.usage() }),
    },
    channel.stopSignal,
  );
  channel.send(outcome);
};
