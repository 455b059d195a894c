/** Wires the real parts behind the ports of training and evaluating without Temporal. */

import { availableParallelism } from 'node:os';
import { deviceEnvironment, explainDevice } from '../config/device-environment.ts';
import type { Environment } from '../config/env.ts';
import type { Log } from '../contracts/log.ts';
import type { ProgressSink } from '../contracts/services.ts';
import { readGitCommit } from '../host/code/git-commit.ts';
import type { LocalPorts, LocalTracking } from '../local/ports.ts';
import type { TrackingOptions } from '../tracking/index.ts';
import { createHomeBuilder } from './dataset-builder.ts';
import { createHomeServices } from './home-services.ts';
import { openCompute } from './open-compute.ts';
import { openTracking } from './open-tracking.ts';
import { planTensorflow } from './plan-tensorflow.ts';

const TERMINATE_GRACE_MS = 10_000;
/** Nothing asks for a last epoch: Ctrl-C ends a training at once. */
const LAST_EPOCH_LIMIT_MS = 0;

/** The first answer of a server that is there takes a fraction of it, however long the whole transfer takes. */
const SHORT = { retry: { budgetMs: 1_500, firstDelayMs: 250, maxDelayMs: 500 }, answerLimitMs: 5_000 };

export interface LocalPortsOptions {
  readonly environment: Environment;
  readonly progress: ProgressSink;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export const createLocalPorts = ({ environment, progress, log, signal }: LocalPortsOptions): LocalPorts => {
  const services = () => createHomeServices(environment, () => undefined);
  const onWait = (message: string): void => log('info', message);
  const trackingAt = (
    uri: string,
    options: Pick<TrackingOptions, 'signal' | 'retry' | 'answerLimitMs'>,
  ): LocalTracking => ({
    ...openTracking(environment, uri, { ...options, onWait }),
    uri,
  });
  return {
    openDatasets: () => createHomeBuilder({ environment, progress, log }),
    // Without the signal: an interrupted training still closes its run.
    startTracking: async () => trackingAt(await services().ensureMlflow({ signal }, progress), {}),
    connectTracking: async (patience = 'long') =>
      trackingAt(await services().mlflowAddress(), { signal, ...(patience === 'short' ? SHORT : {}) }),
    openCompute: async (device, threads) => {
      const chosen = deviceEnvironment(environment, device);
      const plan = await planTensorflow(chosen, progress, signal).catch((error: unknown) => {
        throw explainDevice(device, error);
      });
      const limits = {
        slots: 1,
        threadsPerSlot: threads ?? availableParallelism(),
        terminateGraceMs: TERMINATE_GRACE_MS,
        lastEpochLimitMs: LAST_EPOCH_LIMIT_MS,
        // Errors carry its last lines.
        log: () => undefined,
      };
      const { runner, trainingCode } = await openCompute(chosen, plan, limits, log);
      return { ...runner, trainingCode };
    },
    gitCommit: () => readGitCommit(process.cwd()),
  };
};
