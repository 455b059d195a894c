/** Wires the real parts behind the ports that activities use. */

import { availableParallelism, hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { ActivityDeps } from '../activities/index.ts';
import { createAttemptCheck } from '../client/attempt-check.ts';
import type { Environment } from '../config/env.ts';
import { recordedGate } from '../config/recorded-gate.ts';
import { recordedSettings } from '../config/recorded-settings.ts';
import { serverUrls } from '../config/server-urls.ts';
import { TtExpError } from '../contracts/errors.ts';
import type { Log } from '../contracts/log.ts';
import type { ProgressSink } from '../contracts/services.ts';
import { homeLayout } from '../host/home-layout.ts';
import { createWorkspace } from '../host/workspace.ts';
import { createReports } from '../reports/create-reports.ts';
import { createNotifications } from '../tracking/notifications.ts';
import { checkMlflow } from './check-mlflow.ts';
import { createHomeBuilder } from './dataset-builder.ts';
import { createOnlinePort } from './online-port.ts';
import { openCompute } from './open-compute.ts';
import { openTracking } from './open-tracking.ts';
import { planTensorflow } from './plan-tensorflow.ts';

/** A child that is asked to stop ends its step first. */
const TERMINATE_GRACE_MS = 5_000;

/**
 * For the last epoch of a training that is to stop. Most take seconds to minutes; who cancels waits for it, and a
 * longer epoch is not worth more than that: it can be trained again from the checkpoint before it.
 */
const LAST_EPOCH_LIMIT_MS = 600_000;

const monotonicMs = (): number => performance.now();

export interface ActivityDepsOptions {
  readonly client: Client;
  /** Aborts with the reason WORKER_SHUTDOWN. */
  readonly shutdownSignal: AbortSignal;
  readonly environment: Environment;
  readonly slots: number;
  readonly progress: ProgressSink;
  readonly log: Log;
}

/**
 * Throws SERVICE_UNREACHABLE without MLFLOW_TRACKING_URI: a worker never guesses an address. A server that does not answer
 * may come back, one that refuses this worker ends it.
 */
export const createActivityDeps = async (options: ActivityDepsOptions): Promise<ActivityDeps> => {
  const { environment, slots, log } = options;
  const { trackingUri } = environment.mlflow;
  if (trackingUri === undefined) {
    throw new TtExpError('SERVICE_UNREACHABLE', 'MLflow: MLFLOW_TRACKING_URI is not set', {
      hint: 'Set MLFLOW_TRACKING_URI=http://host:port, or let `tt-exp up` start the embedded server and workers.',
    });
  }
  await checkMlflow(environment, trackingUri).catch((error: unknown) => {
    if (!(error instanceof TtExpError && error.code === 'SERVICE_UNREACHABLE')) {
      throw error;
    }
    log('warn', `${error.message}. Steps wait until it answers.`);
  });
  const plan = await planTensorflow(environment, options.progress);
  const limits = {
    slots,
    threadsPerSlot: Math.max(1, Math.floor(availableParallelism() / slots)),
    terminateGraceMs: TERMINATE_GRACE_MS,
    lastEpochLimitMs: LAST_EPOCH_LIMIT_MS,
    log,
  };
  const { runner, trainingCode } = await openCompute(environment, plan, limits, log);
  return {
    tracking: openTracking(environment, trackingUri),
    datasets: await createHomeBuilder({ environment, progress: options.progress, log }),
    compute: runner,
    workspace: createWorkspace(environment.homeFolder),
    bundlesFolder: homeLayout(environment.homeFolder).bundlesFolder,
    reports: createReports(),
    notifications: createNotifications({
      variables: environment.variables,
      urls: serverUrls(environment, trackingUri),
      log,
    }),
    online: createOnlinePort(environment.homeFolder, () => Date.now()),
    trainingCodeDigest: trainingCode,
    readSettings: recordedSettings,
    readGate: recordedGate,
    now: () => Date.now(),
    attempts: createAttemptCheck({ client: options.client.activity, monotonicMs, sleep }),
    clocks: { monotonicMs, wallMs: () => Date.now() },
    shutdownSignal: options.shutdownSignal,
    workerHost: hostname(),
  };
};
