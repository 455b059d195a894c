/** The tripwires in the compute process: where their report is kept, and what it tells its parent. */
import { access } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { LoadedDataset } from '../contracts/dataset.ts';
import { ARTIFACT } from '../contracts/names.ts';
import type { TensorflowInfo } from '../contracts/tensorflow.ts';
import type { TrainJob } from '../contracts/trainer.ts';
import { preflight } from '../models/preflight/preflight.ts';
import { readVersionScope } from '../pipeline/index.ts';
import type { ComputeChannel } from '../services/compute/child-channel.ts';

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** Beside the versions, not among a version's files: those are what its manifest says, here and on other hosts. */
const reportFileOf = (datasetFolder: string): string =>
  join(dirname(dirname(datasetFolder)), 'preflight', `${basename(datasetFolder)}.json`);

/** Before the first epoch; nothing to do where a checkpoint is gone on from. Throws PREFLIGHT_FAILED. */
export const checkBeforeTraining = async (
  job: TrainJob,
  dataset: LoadedDataset,
  tensorflow: TensorflowInfo,
  channel: ComputeChannel,
): Promise<void> => {
  if (await exists(join(job.trialFolder, ARTIFACT.latestCheckpoint))) {
    return;
  }
  const report = await preflight({
    dataset,
    settings: job.settings,
    tensorflow,
    workFolder: join(job.trialFolder, 'preflight'),
    signal: channel.signal,
    nowMs: () => performance.now(),
    reportFile: reportFileOf(job.datasetFolder),
    readScope: () => readVersionScope(job.datasetFolder),
  });
  channel.send({ kind: 'preflight', report });
};
