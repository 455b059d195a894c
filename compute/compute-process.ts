/** Parent side of one compute process: starts it, passes its messages on, and sees it dead before it answers. */

import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fromErrorRecord, TtExpError } from '../contracts/errors.ts';
import type { Log } from '../contracts/log.ts';
import type { ComputeMessage } from '../contracts/trainer.ts';
import type { Variables } from '../host/processes/variables.ts';
import { explainChildEnd } from './compute-errors.ts';
import type { ComputeOrder, StopOrder } from './order.ts';

export interface ComputeProcessOptions {
  readonly nodeExecutable: string;
  /** Before the script, as `--import tsx`. */
  readonly nodeArguments: readonly string[];
  /** Calls `serveComputeJob`. */
  readonly childScript: string;
  readonly environment: Variables;
  /** Time between SIGTERM and SIGKILL; also what a child gets to end after its last message. */
  readonly terminateGraceMs: number;
  /** A child that says nothing for this long is taken for hung. */
  readonly noProgressLimitMs: number;
  /** How long a child that must stop after its epoch may take for it. */
  readonly lastEpochLimitMs: number;
  /** Gets what the child writes to stdout and stderr, line by line. */
  readonly log: Log;
}

export type FinalMessage = Extract<
  ComputeMessage,
  {
    kind:
      | 'trained'
      | 'stopped'
      | 'evaluated'
      | 'model_evaluated'
      | 'models_compared'
      | 'calibrated'
      | 'bundle_built'
      | 'blessed';
  }
>;

/** How the job ended, the first that is known: a result stays one, whatever happens to the process afterwards. */
type Outcome =
  | { readonly kind: 'done'; readonly message: FinalMessage }
  | { readonly kind: 'failed'; readonly reason: unknown };

export interface ComputeSignals {
  /** Ends the job at once. */
  readonly signal: AbortSignal;
  /** Lets a training end with the epoch that runs; what takes longer than the limit ends at once. */
  readonly stopSignal?: AbortSignal;
}

/** Before a child's first word Node starts and reads TensorFlow's code: seconds, but a minute on an overloaded machine. */
const LEAST_START_LIMIT_MS = 60_000;

const KEPT_LINES = 20;
const LONGEST_LINE = 500;

/** A process that the child has started may hold its stderr open after its death; nobody waits for it longer. */
const AFTER_EXIT_MS = 1_000;

/** What a child writes goes to the log, line by line. @returns the last lines of its stderr */
export const forwardOutput = (child: ChildProcess, log: Log, name = 'compute process'): (() => readonly string[]) => {
  const kept: string[] = [];
  const follow = (stream: NodeJS.ReadableStream | null, isKept: boolean): void => {
    if (stream === null) {
      return;
    }
    createInterface({ input: stream }).on('line', (line) => {
      if (line.trim() === '') {
        return;
      }
      const text = line.slice(0, LONGEST_LINE);
      log('info', `${name} ${child.pid}: ${text}`);
      if (isKept) {
        kept.push(text);
      }
      if (kept.length > KEPT_LINES) {
        kept.shift();
      }
    });
  };
  follow(child.stdout, false);
  follow(child.stderr, true);
  return () => kept;
};

const stalled = (limitMs: number): TtExpError =>
  new TtExpError('TRAINING_STALLED', `compute process: no progress for ${limitMs / 1000} s`, {
    hint: 'Check whether the machine is overloaded or out of memory, or raise TT_STALL_SECONDS; a trial resumes from its last checkpoint.',
  });

const notStarted = (error: Error): TtExpError =>
  new TtExpError('TRAINER_CRASHED', `compute process: could not be started: ${error.message}`, {
    hint: 'Check the limits on processes and open files of this machine.',
    cause: error,
  });

/**
 * Resolves with the child's last word once the child has exited. Rejects likewise, never earlier: with what the child
 * reported, TRAINER_CRASHED, OUT_OF_MEMORY, TRAINING_STALLED, what `onMessage` threw, or the reason of the signal that
 * ended it.
 */
export const runComputeProcess = (
  order: ComputeOrder,
  options: ComputeProcessOptions,
  onMessage: (message: ComputeMessage) => void,
  { signal, stopSignal }: ComputeSignals,
): Promise<FinalMessage> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const child = fork(options.childScript, [], {
      execPath: options.nodeExecutable,
      execArgv: [...options.nodeArguments],
      env: { ...options.environment },
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const lines = forwardOutput(child, options.log);
    let outcome: Outcome | undefined;
    let killTimer: NodeJS.Timeout | undefined;
    let exitTimer: NodeJS.Timeout | undefined;
    let stopTimer: NodeJS.Timeout | undefined;

    const end = (how: Outcome): void => {
      outcome ??= how;
      clearTimeout(silence);
      killTimer ??= setTimeout(() => child.kill('SIGKILL'), options.terminateGraceMs);
    };
    const terminate = (reason: unknown): void => {
      end({ kind: 'failed', reason });
      child.kill('SIGTERM');
    };
    const onStop = (): void => {
      const order: StopOrder = { kind: 'stop' };
      // A child that is dead already reports itself through `close`.
      child.send(order, () => undefined);
      stopTimer = setTimeout(() => terminate(stopSignal?.reason), options.lastEpochLimitMs);
    };
    const onAbort = (): void => terminate(signal.reason);
    const startTimer = (limitMs: number): NodeJS.Timeout => setTimeout(() => terminate(stalled(limitMs)), limitMs);
    let silence = startTimer(Math.max(options.noProgressLimitMs, LEAST_START_LIMIT_MS));

    const finish = (): void => {
      for (const timer of [silence, killTimer, exitTimer, stopTimer]) {
        clearTimeout(timer);
      }
      signal.removeEventListener('abort', onAbort);
      stopSignal?.removeEventListener('abort', onStop);
      child.removeAllListeners('message');
      child.stdout?.destroy();
      child.stderr?.destroy();
      if (outcome?.kind === 'done') {
        resolve(outcome.message);
      } else {
        const { exitCode, signalCode } = child;
        reject(outcome?.reason ?? explainChildEnd({ exitCode, signal: signalCode, lines: lines() }));
      }
    };

    child.on('message', (message: ComputeMessage) => {
      if (outcome !== undefined) {
        return;
      }
      clearTimeout(silence);
      silence = startTimer(options.noProgressLimitMs);
      switch (message.kind) {
        case 'alive':
          return;
        case 'trained':
        case 'stopped':
        case 'evaluated':
        case 'model_evaluated':
        case 'models_compared':
        case 'calibrated':
        case 'bundle_built':
        case 'blessed':
          end({ kind: 'done', message });
          return;
        case 'failed':
          end({ kind: 'failed', reason: fromErrorRecord(message.error) });
          return;
        default:
          try {
            onMessage(message);
          } catch (error) {
            terminate(error);
          }
      }
    });
    child.once('error', (error) => {
      if (child.pid !== undefined) {
        return;
      }
      end({ kind: 'failed', reason: notStarted(error) });
      finish();
    });
    child.once('exit', () => {
      exitTimer = setTimeout(finish, AFTER_EXIT_MS);
    });
    // Comes after the last message and the last line.
    child.once('close', finish);
    signal.addEventListener('abort', onAbort, { once: true });
    child.send(order, () => undefined);
    if (stopSignal?.aborted === true) {
      onStop();
    }
    stopSignal?.addEventListener('abort', onStop, { once: true });
  });
