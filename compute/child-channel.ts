/** Child side of the compute process: receives one order, reports over IPC, dies with its parent. */
import { TtExpError, toErrorRecord } from '../contracts/errors.ts';
import type { ComputeMessage, SystemUsage } from '../contracts/trainer.ts';
import { dieWithParent } from '../host/processes/parent-watchdog.ts';
import { explainJobError } from './compute-errors.ts';
import type { ComputeOrder, StopOrder } from './order.ts';
import { createUsageSampler } from './usage-sampler.ts';

export type { ComputeOrder } from './order.ts';

export interface ComputeChannel {
  /** Messages arrive in the order of the calls. */
  send(message: ComputeMessage): void;
  /** Reports that the work continues; call it repeatedly while no other message is sent for long. */
  alive(): void;
  /** Use of processor and memory since the last call. */
  usage(): SystemUsage;
  /** Aborts on SIGTERM; the handler then ends soon, and what it has written stays whole. */
  readonly signal: AbortSignal;
  /** Aborts when the epoch that runs shall be the last. */
  readonly stopSignal: AbortSignal;
}

/** Of every call, as of an evaluation's blocks, one would only fill the pipe. */
const ALIVE_INTERVAL_MS = 1_000;

export type ComputeHandler = (order: ComputeOrder, channel: ComputeChannel) => Promise<void>;

/**
 * Serves the one job that the parent sends, then ends the process: with code 0 once every message is delivered, by
 * SIGTERM where that was asked for. The handler sends the result itself; an error that it throws goes out as `failed`.
 * Throws USAGE in a process that was not forked.
 */
export const serveComputeJob = (handle: ComputeHandler): void => {
  const post = process.send?.bind(process);
  if (post === undefined) {
    throw new TtExpError('USAGE', 'compute process: it was not started by a worker and has no channel to one', {
      hint: 'Start a worker: `tt-exp worker --queue tt-gpu`.',
    });
  }
  const onDisconnect = (): never => process.exit(1);
  process.once('disconnect', onDisconnect);
  dieWithParent();

  const stop = new AbortController();
  process.on('SIGTERM', () =>
    stop.abort(new TtExpError('INTERRUPTED', 'compute process: stopped on request', { hint: 'Start it again.' })),
  );
  const lastEpoch = new AbortController();
  // Ctrl-C in a terminal reaches the whole group; what it means is the parent's to decide.
  process.on('SIGINT', () => undefined);

  let delivered: Promise<void> = Promise.resolve();
  const send = (message: ComputeMessage): void => {
    // Called back when the message is in the pipe, and so are all before it: leaving earlier would lose them.
    delivered = new Promise((resolve) => {
      post(message, undefined, undefined, () => resolve());
    });
  };

  let aliveMs = 0;
  const alive = (): void => {
    if (performance.now() - aliveMs >= ALIVE_INTERVAL_MS) {
      aliveMs = performance.now();
      send({ kind: 'alive' });
    }
  };

  const serve = async (order: ComputeOrder): Promise<void> => {
    alive();
    try {
      await handle(order, {
        send,
        alive,
        usage: createUsageSampler(),
        signal: stop.signal,
        stopSignal: lastEpoch.signal,
      });
    } catch (error) {
      if (!stop.signal.aborted) {
        process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
        send({ kind: 'failed', error: toErrorRecord(explainJobError(error)) });
      }
    }
    await delivered;
    process.off('disconnect', onDisconnect);
    if (stop.signal.aborted) {
      process.removeAllListeners('SIGTERM');
      process.kill(process.pid, 'SIGTERM');
    } else {
      process.exit(0);
    }
  };
  process.once('message', (order: ComputeOrder) => {
    process.on('message', (message: StopOrder) => {
      if (message.kind === 'stop') {
        lastEpoch.abort();
      }
    });
    void serve(order);
  });
};
