/** Wires and runs one Temporal worker: ports on one side, the task queue on the other. */

import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { type ActivityInterceptorsFactory, NativeConnection, Worker } from '@temporalio/worker';
import { toFailure } from '../activities/errors.ts';
import { createCpuActivities, createGpuActivities, WORKER_SHUTDOWN } from '../activities/index.ts';
import { connectionOptions } from '../client/connection.ts';
import { temporalTarget } from '../client/environment-target.ts';
import { explainConnection } from '../client/explain-connection.ts';
import { DATA_CONVERTER } from '../client/payload-codec.ts';
import type { Environment } from '../config/env.ts';
import { toErrorRecord } from '../contracts/errors.ts';
import { TASK_QUEUE, type TaskQueue } from '../contracts/names.ts';
import type { ProgressSink } from '../contracts/services.ts';
import { type CodeWatch, watchCode } from '../host/code/code-watch.ts';
import { workerCode } from '../host/code/worker-code.ts';
import { logToStderr } from '../host/log.ts';
import { prepareHome } from '../services/index.ts';
import { createActivityDeps } from './activity-deps.ts';
import { watchModels } from './watch-models.ts';
import { installWorkerRuntime } from './worker-runtime.ts';

export interface RunWorkerOptions {
  readonly queue: TaskQueue;
  /** Activities at once; on tt-gpu the number of trials trained side by side. */
  readonly slots: number;
  readonly environment: Environment;
  readonly signal: AbortSignal;
  readonly progress: ProgressSink;
  readonly onReady: () => Promise<void>;
}

/** A killed worker's workflows move on after this long instead of the default 10 s. */
const STICKY_QUEUE_TIMEOUT = '2s';

/** Running steps get this long to stop their children before the process ends. */
const SHUTDOWN_GRACE = '2s';

/** The default (80 % of the heartbeat time-out) would hide finished epochs from a resuming attempt. */
const HEARTBEAT_THROTTLE = '500ms';

const workflowBundle = { codePath: fileURLToPath(new URL('../workflows/workflow-bundle.cjs', import.meta.url)) };

/** No step begins in a worker whose children, started from the disk, would run other code than it does itself. */
const refuseWhenOutdated =
  (code: CodeWatch): ActivityInterceptorsFactory =>
  () => ({
    inbound: {
      execute: async (input, next) => {
        await code.assertUnchanged().catch((error: unknown) => {
          throw toFailure(error, hostname());
        });
        return next(input);
      },
    },
  });

const createWorker = async (
  options: RunWorkerOptions,
  connection: NativeConnection,
  namespace: string,
  shutdownSignal: AbortSignal,
  code: CodeWatch,
): Promise<Worker> => {
  const { queue, slots, environment, progress } = options;
  const client = new Client({ connection, namespace, dataConverter: DATA_CONVERTER });
  const deps = await createActivityDeps({ client, shutdownSignal, environment, slots, progress, log: logToStderr });
  return Worker.create({
    connection,
    namespace,
    taskQueue: queue,
    dataConverter: DATA_CONVERTER,
    ...(queue === TASK_QUEUE.cpu
      ? { workflowBundle, activities: createCpuActivities(deps) }
      : { activities: createGpuActivities(deps) }),
    interceptors: { activity: [refuseWhenOutdated(code)] },
    maxConcurrentActivityTaskExecutions: slots,
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
    stickyQueueScheduleToStartTimeout: STICKY_QUEUE_TIMEOUT,
    shutdownGraceTime: SHUTDOWN_GRACE,
  });
};

/**
 * Resolves after a graceful shutdown once `signal` aborts, and rejects with WORKER_OUTDATED after one for new code. It
 * polls only after `onReady` has resolved, so a worker that cannot start takes no task from one that can. When
 * `onReady` throws, the process must end: a worker that has never run cannot give its connection back.
 * SERVICE_UNREACHABLE when there is no server, ENVIRONMENT_INVALID when its TLS or credentials do not fit.
 */
export const runWorker = async (options: RunWorkerOptions): Promise<void> => {
  const { environment } = options;
  const outdated = new AbortController();
  const code = await watchCode(workerCode, (error) => outdated.abort(error));
  const signal = AbortSignal.any([options.signal, outdated.signal]);
  installWorkerRuntime();
  await prepareHome(environment.homeFolder);
  const target = temporalTarget(environment);
  const connection = await NativeConnection.connect(connectionOptions(target)).catch(async (cause: unknown) => {
    throw await explainConnection(target, cause);
  });
  const shutdown = new AbortController();
  const worker = await createWorker(options, connection, target.namespace, shutdown.signal, code).catch(
    async (error: unknown) => {
      await connection.close();
      throw error;
    },
  );
  await options.onReady();
  const watch = new AbortController();
  const client = new Client({ connection, namespace: target.namespace, dataConverter: DATA_CONVERTER });
  if (options.queue === TASK_QUEUE.cpu) {
    // A look that is under way may wait for a worker: nobody waits for it.
    watchModels({ environment, client, log: logToStderr, signal: watch.signal }).catch((error: unknown) =>
      logToStderr('warn', `moves by hand are not noticed: ${toErrorRecord(error).message}`),
    );
  }
  const running = worker.run();
  const onStop = (): void => {
    watch.abort();
    worker.shutdown();
    shutdown.abort(new CancelledFailure(WORKER_SHUTDOWN));
  };
  signal.addEventListener('abort', onStop, { once: true });
  if (signal.aborted) {
    onStop();
  }
  await running;
  await connection.close();
  outdated.signal.throwIfAborted();
};
