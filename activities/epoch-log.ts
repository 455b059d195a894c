/** What one training reports on its way to MLflow: tripwires, epochs and checkpoints; training goes on meanwhile. */
import { join } from 'node:path';
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

type LogPort = Pick<TrackingPort, 'logEpoch' | 'putArtifactFile' | 'putArtifactText' | 'setTags'>;

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

/**
 * Logs in order and one after the other. Whoever trains again after a failed log sends every epoch again, with the time
 * stamps of the checkpoint, which MLflow keeps once.
 */
export const createEpochLog = (tracking: LogPort, runId: string, folder: string): EpochLog => {
  const failure = new AbortController();
  let logged: Promise<void> = Promise.resolve();
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
        for (const record of message.history) {
          enqueue(() => tracking.logEpoch(runId, record, null));
        }
      }
      if (message.kind === 'epoch') {
        const { record, usage } = message;
        enqueue(async () => {
          await tracking.logEpoch(runId, record, usage);
          await tracking.putArtifactFile(runId, ARTIFACT.latestCheckpoint, join(folder, ARTIFACT.latestCheckpoint));
        });
      }
    },
    failed: failure.signal,
    settled: () => logged,
  };
};
