/** Parent side of one compute process: starts it, passes its messages on, and sees it dead before it answers. */
import { type ChildProcess, fork } from 'node:child_process';
import { fromErrorRecord, TtExpError } from '../../contracts/errors.ts';
import type { ComputeMessage } from '../../contracts/trainer.ts';
import type { Environment } from '../progress.ts';
import type { ComputeOrder } from './child-channel.ts';

export interface ComputeProcessOptions {
  readonly childScript: string;
  readonly nodeArguments: readonly string[];
  readonly environment: Environment;
  /** Time between SIGTERM and SIGKILL. */
  readonly terminateGraceMs: number;
  /** A child that says nothing for this long is taken for hung. */
  readonly noProgressLimitMs: number;
}

export type FinalMessage = Extract<ComputeMessage, { kind: 'trained' | 'evaluated' }>;

const STDERR_LINES = 20;

const keepLastLines = (child: ChildProcess): (() => readonly string[]) => {
  let lines: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lines = [...lines, ...text.split('\n').filter((line) => line.trim() !== '')].slice(-STDERR_LINES);
  });
  return () => lines;
};

const crashed = (code: number | null, signal: NodeJS.Signals | null, lines: readonly string[]): TtExpError =>
  new TtExpError(
    'TRAINER_CRASHED',
    `compute process: ended by ${signal ?? `exit code ${code}`} without a result: ${lines.at(-1) ?? 'it wrote nothing'}`,
    {
      hint:
        signal === 'SIGKILL'
          ? 'The system may have run out of memory: lower training.batch_size, or run fewer trials at once.'
          : 'The worker log has its last lines; the trial goes on from its last checkpoint.',
      details: { lastLines: lines },
    },
  );

/** Resolves with the child's last word once the child has exited. Rejects likewise, never earlier. */
export const runComputeProcess = (
  order: ComputeOrder,
  options: ComputeProcessOptions,
  onMessage: (message: ComputeMessage) => void,
  signal: AbortSignal,
): Promise<FinalMessage> => {
  const child = fork(options.childScript, [], {
    env: { ...options.environment },
    execArgv: [...options.nodeArguments],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const lastLines = keepLastLines(child);

  return new Promise((resolve, reject) => {
    let final: FinalMessage | undefined;
    let failure: unknown;
    let killTimer: NodeJS.Timeout | undefined;
    const terminate = (reason: unknown): void => {
      failure ??= reason;
      child.kill('SIGTERM');
      killTimer ??= setTimeout(() => child.kill('SIGKILL'), options.terminateGraceMs);
    };
    const onAbort = (): void => terminate(signal.reason);
    const silence = setTimeout(() => {
      const seconds = Math.round(options.noProgressLimitMs / 1000);
      terminate(
        new TtExpError('TRAINING_STALLED', `compute process: got no progress for ${seconds} s, expected a step`, {
          hint: 'Look for a machine under too much load or out of memory; the trial goes on from its last checkpoint.',
        }),
      );
    }, options.noProgressLimitMs);

    child.on('message', (message: ComputeMessage) => {
      silence.refresh();
      if (message.kind === 'trained' || message.kind === 'evaluated') {
        final = message;
      } else if (message.kind === 'failed') {
        failure ??= fromErrorRecord(message.error);
      } else {
        onMessage(message);
      }
    });
    child.once('error', (error) => {
      failure ??= error;
    });
    // 'close' comes after the last message and after stderr has been read.
    child.once('close', (code, exitSignal) => {
      clearTimeout(silence);
      clearTimeout(killTimer);
      signal.removeEventListener('abort', onAbort);
      if (failure !== undefined) {
        reject(failure);
      } else if (final === undefined) {
        reject(crashed(code, exitSignal, lastLines()));
      } else {
        resolve(final);
      }
    });
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) {
      onAbort();
    } else {
      child.send(order);
    }
  });
};
