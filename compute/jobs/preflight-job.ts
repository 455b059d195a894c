/** The tripwires in the compute process: where their report is kept, and what it tells its parent. */
import { basename, dirname, join } from 'node:path';
import type { LoadedDataset } from '../../contracts/dataset.ts';
import type { TensorflowInfo } from '../../contracts/tensorflow.ts';
import type { TrainJob } from '../../contracts/trainer.ts';
import { preflight, readKeptReport } from '../../models/preflight/preflight.ts';
import { readVersionScope } from '../../pipeline/index.ts';
import type { ComputeChannel } from '../child-channel.ts';

/** Beside the versions, not among a version's files: those are what its manifest says, here and on other hosts. */
const reportFileOf = (datasetFolder: string): string =>
  join(dirname(dirname(datasetFolder)), 'preflight', `${basename(datasetFolder)}.json`);

/** Before the first epoch. Throws PREFLIGHT_FAILED, what a training throws, or the reason of either of the channel's signals. */
export const checkBeforeTraining = async (
  job: TrainJob,
  dataset: LoadedDataset,
  tensorflow: TensorflowInfo,
  channel: ComputeChannel,
): Promise<void> => {
  const report = await preflight({
    dataset,
    settings: job.settings,
    tensorflow,
    workFolder: join(job.trialFolder, 'preflight'),
    signal: AbortSignal.any([channel.signal, channel.stopSignal]),
    nowMs: () => performance.now(),
    onAlive: channel.alive,
    reportFile: reportFileOf(job.datasetFolder),
    readScope: () => readVersionScope(job.datasetFolder),
  });
  channel.send({ kind: 'preflight', report });
};

/**
 * For a training that goes on: tells again what the call has found that began it, and which may have died before that was
 * logged.
 */
export const repeatPreflight = async (
  job: TrainJob,
  dataset: LoadedDataset,
  channel: ComputeChannel,
): Promise<void> => {
  const { version } = dataset.summary;
  const report = await readKeptReport(reportFileOf(job.datasetFolder), version, job.settings.relevanceThreshold);
  if (report !== null) {
    channel.send({ kind: 'preflight', report });
  }
};
