/** Child side of the compute process: receives one job, reports over IPC, dies with its parent. */

import { TtExpError, toErrorRecord } from '../../contracts/errors.ts';
import type { ComputeJob, ComputeMessage, SystemUsage } from '../../contracts/trainer.ts';
import type { TensorflowPlan } from '../tensorflow/plan.ts';

export interface ComputeOrder {
  readonly job: ComputeJob;
  readonly plan: TensorflowPlan;
}

export interface ComputeChannel {
  send(message: ComputeMessage): void;
  /** Use of processor and memory since the last call. */
  usage(): SystemUsage;
  /** Aborts on SIGTERM. */
  readonly signal: AbortSignal;
}

const MEMORY_ERROR =
  /OOM when allocating|out of memory|failed to allocate (?:memory|\d)|Array buffer allocation failed/i;

/** Errors of TensorFlow that mean too little memory become OUT_OF_MEMORY, which the trial answers with smaller batches. */
const describeError = (error: unknown): unknown => {
  if (error instanceof Error && !(error instanceof TtExpError) && MEMORY_ERROR.test(error.message)) {
    return new TtExpError('OUT_OF_MEMORY', `CUDA out of memory: ${error.message.split('\n')[0] ?? ''}`, {
      hint: 'Lower training.batch_size or the hidden_dims, or train on the CPU (TT_TF_BACKEND=native).',
      cause: error,
    });
  }
  return error;
};

const createUsageSampler = (): (() => SystemUsage) => {
  let lastCpu = process.cpuUsage();
  let lastMs = performance.now();
  return () => {
    const cpu = process.cpuUsage(lastCpu);
    const elapsedMs = Math.max(1, performance.now() - lastMs);
    lastCpu = process.cpuUsage();
    lastMs = performance.now();
    return {
      cpuPercent: ((cpu.user + cpu.system) / 1000 / elapsedMs) * 100,
      memoryMegabytes: process.memoryUsage.rss() / 2 ** 20,
    };
  };
};

/** Serves the one order that the parent sends, then ends the process. */
export const serveComputeJob = (handle: (order: ComputeOrder, channel: ComputeChannel) => Promise<void>): void => {
  // Without its parent nobody would log or stop this process.
  process.once('disconnect', () => process.exit(1));
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort(new TtExpError('INTERRUPTED', 'compute process: stopped on request')));
  const send = (message: ComputeMessage): void => {
    process.send?.(message);
  };
  /** `process.send` calls back once the message is in the pipe; leaving earlier would lose it. */
  const sendLast = (message: ComputeMessage): Promise<void> =>
    new Promise((resolve) => {
      process.send?.(message, undefined, undefined, () => resolve());
    });
  process.once('message', (order: ComputeOrder) => {
    handle(order, { send, usage: createUsageSampler(), signal: stop.signal })
      .catch((error: unknown) => sendLast({ kind: 'failed', error: toErrorRecord(describeError(error)) }))
      .then(() => process.disconnect?.())
      .then(() => process.exit(0));
  });
};
