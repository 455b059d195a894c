/** Wires the real parts behind the ports of training and evaluating without Temporal. */

import { availableParallelism } from 'node:os';
import { createComputeRunner } from '../compute/index.ts';
import { digestTrainingCode, readTrainingModules } from '../compute/training-code.ts';
import { deviceEnvironment, explainDevice } from '../config/device-environment.ts';
import type { Environment } from '../config/env.ts';
import type { Log } from '../contracts/log.ts';
import type { ProgressSink } from '../contracts/services.ts';
import { readGitCommit } from '../host/code/git-commit.ts';
import type { LocalPorts, LocalTracking } from '../local/ports.ts';
import { createHomeBuilder } from './dataset-builder.ts';
import { createHomeServices } from './home-services.ts';
import { openTracking } from './open-tracking.ts';
import { PACKAGE } from './package-files.ts';
import { planTensorflow } from './plan-tensorflow.ts';

const TERMINATE_GRACE_MS = 10_000;
/** Nothing asks for a last epoch: Ctrl-C ends a training at once. */
const LAST_EPOCH_LIMIT_MS = 0;

export interface LocalPortsOptions {
  readonly environment: Environment;
  readonly progress: ProgressSink;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export const createLocalPorts = ({ environment, progress, log, signal }: LocalPortsOptions): LocalPorts => {
  const services = () => createHomeServices(environment, () => undefined);
  const trackingAt = (uri: string): LocalTracking => ({ ...openTracking(environment, uri), uri });
  return {
    openDatasets: () => createHomeBuilder({ environment, progress, log }),
    startTracking: async () => trackingAt(await services().ensureMlflow({ signal }, progress)),
    connectTracking: async () => trackingAt(await services().mlflowAddress()),
    openCompute: async (device, threads) => {
      const chosen = deviceEnvironment(environment, device);
      const plan = await planTensorflow(chosen, progress, signal).catch((error: unknown) => {
        throw explainDevice(device, error);
      });
      for (const announcement of plan.announcements) {
        log('warn', announcement);
      }
      const runner = createComputeRunner({
        nodeExecutable: process.execPath,
        nodeArguments: process.execArgv,
        childScript: PACKAGE.computeScript,
        environment: chosen.variables,
        plan,
        slots: 1,
        threadsPerSlot: threads ?? availableParallelism(),
        gpuIds: plan.gpuIds,
        terminateGraceMs: TERMINATE_GRACE_MS,
        noProgressLimitMs: chosen.stallLimitMs,
        lastEpochLimitMs: LAST_EPOCH_LIMIT_MS,
        // Errors carry its last lines.
        log: () => undefined,
      });
      return { ...runner, trainingCode: digestTrainingCode(await readTrainingModules(), plan.env) };
    },
    gitCommit: () => readGitCommit(process.cwd()),
  };
};
