/** What one training reports on its way to MLflow: tripwires, epochs and checkpoints; training continues meanwhile. */
import type { EpochRecord } from '../contracts/metrics.ts';
import { ARTIFACT, TAG } from '../contracts/names.ts';
import type { ComputeMessage } from '../contracts/trainer.ts';
import type { TrackingPort } from './ports.ts';

export interface EpochLog {
  onMessage(message: ComputeMessage): void;
  /** Aborts when a log failed, with its error: the training is of no use then. */
  readonly failed: AbortSignal;
  /** Everything so far is logged. Rejects with the error of the first log that failed. */
  settled(): Promise<void>;
}

type LogPort = Pick<
  TrackingPort,
  'logEpoch' | 'logEpochs' | 'metricHistory' | 'putArtifactFile' | 'putArtifactText' | 'setTags'
>;

/** @param outcome `passed`, or the tripwire that fired */
export const logPreflight = async (
  tracking: LogPort,
  runId: string,
  outcome: string,
  report: object,
): Promise<void> => {
  await tracking.setTags(runId, { [TAG.preflight]: outcome });
  await tracking.putArtifactText(runId, ARTIFACT.preflight, `${JSON.stringify(report, null, 2)}\n`);
};

/** Logged last of an epoch: where it is, everything else is. */
const LAST_OF_EPOCH = 'epoch_seconds';

/** MLflow takes as long for points that it has as for new ones. */
const logMissing = async (tracking: LogPort, runId: string, history: readonly EpochRecord[]): Promise<void> => {
  const points = await tracking.metricHistory(runId, LAST_OF_EPOCH);
  const logged = new Map(points.map(({ step, timestampMs }) => [step, timestampMs]));
  // The same epoch may have been trained, and logged, twice.
  const missing = history.filter(({ epoch, finishedAtMs }) => logged.get(epoch) !== Math.round(finishedAtMs));
  if (missing.length > 0) {
    await tracking.logEpochs(runId, missing);
  }
};

export interface EpochLogOptions {
  readonly tracking: LogPort;
  readonly runId: string;
  /** Of the processor, that the training uses. */
  readonly threads: number;
  /** The training's checkpoint here, and where it is kept among the run's artifacts. */
  readonly checkpoint: { readonly file: string; readonly path: string };
  /** Each time that the checkpoint has been stored. */
  readonly onStored?: () => Promise<void>;
  /** Once, when a checkpoint of this training is among the artifacts. */
  readonly onFirstCheckpoint?: () => Promise<void>;
}

/**
 * Logs in order and one after the other; a checkpoint that holds an epoch before its metrics, so that whoever goes on
 * elsewhere has every epoch that is logged. They send what is missing in one go, with the time stamps of the
 * checkpoint, and MLflow keeps each point once. After an outage one upload serves all epochs that ended meanwhile.
 */
export const createEpochLog = (options: EpochLogOptions): EpochLog => {
  const { tracking, runId, threads, checkpoint, onStored, onFirstCheckpoint } = options;
  const failure = new AbortController();
  let logged: Promise<void> = Promise.resolve();
  let isFirst = true;
  /** Newest epoch in the file here, and at least in the stored one. */
  let newestEpoch = 0;
  let storedEpoch = 0;
  const storeCheckpoint = async (): Promise<void> => {
    const epoch = newestEpoch;
    await tracking.putArtifactFile(runId, checkpoint.path, checkpoint.file);
    await onStored?.();
    storedEpoch = epoch;
  };
  const enqueue = (log: () => Promise<void>): void => {
    logged = logged.then(log);
    logged.catch((error: unknown) => failure.abort(error));
  };
  return {
    onMessage: (message) => {
      if (message.kind === 'preflight') {
        enqueue(() => logPreflight(tracking, runId, 'passed', message.report));
      }
      if (message.kind === 'ready') {
        enqueue(() => tracking.setTags(runId, { [TAG.threads]: String(threads) }));
        const { history } = message;
        if (history.length > 0) {
          enqueue(() => logMissing(tracking, runId, history));
        }
      }
      if (message.kind === 'epoch') {
        const { record, usage } = message;
        newestEpoch = record.epoch;
        enqueue(async () => {
          if (storedEpoch < record.epoch) {
            await storeCheckpoint();
          }
          await tracking.logEpoch(runId, record, usage);
          if (isFirst) {
            isFirst = false;
            await onFirstCheckpoint?.();
          }
        });
      }
    },
    failed: failure.signal,
    settled: () => logged,
  };
};
