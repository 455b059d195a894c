import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Variables } from './variables.ts';

export interface CommandRequest {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Variables;
  readonly cwd?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** The program starts others: they end with it on abort and on time-out, instead of holding its output open. */
  readonly endsWithChildren?: boolean;
  /** This process may end before it; together with `endsWithChildren`. */
  readonly isBackground?: boolean;
  /** Every line of stdout and stderr as it comes. */
  readonly onLine?: (line: string) => void;
}

export type CommandResult =
  | { readonly kind: 'exited'; readonly code: number; readonly lines: readonly string[] }
  /** It could not be started (reason is the system's code, as ENOENT), ran too long, or was ended by a signal. */
  | { readonly kind: 'broken'; readonly reason: string; readonly lines: readonly string[] };

/** Begins the reason of a program that was ended because it ran too long. */
export const TIME_LIMIT = 'ended by its time limit';

/** Runs a program to its end, without a shell and without stdin. Ends it on abort and on time-out. */
export const runCommand = (request: CommandRequest): Promise<CommandResult> =>
  new Promise((resolve) => {
    const lines: string[] = [];
    const isGroup = request.endsWithChildren === true;
    const child = spawn(request.command, [...request.args], {
      env: { ...request.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      killSignal: 'SIGKILL',
      ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
      ...(isGroup ? { detached: true } : limitsOf(request)),
    });
    let startError: Error | undefined;
    const startedMs = performance.now();
    const endedBy = (signal: NodeJS.Signals | null): string => {
      const { timeoutMs = Number.POSITIVE_INFINITY } = request;
      const isLate = signal === 'SIGKILL' && performance.now() - startedMs >= timeoutMs;
      return isLate ? `${TIME_LIMIT} of ${timeoutMs / 1000} s` : `ended by ${signal}`;
    };
    if (request.isBackground === true) {
      letGo(child);
    }
    const stopWatching = isGroup && child.pid !== undefined ? watchGroup(child, request) : undefined;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        request.onLine?.(line);
      });
    }
    child.once('error', (error) => {
      startError = error;
      // A program that never started has no streams to close.
      if (child.pid === undefined) {
        resolve({ kind: 'broken', reason: describe(error), lines });
      }
    });
    child.once('close', (code, signal) => {
      stopWatching?.();
      if (code !== null) {
        resolve({ kind: 'exited', code, lines });
      } else {
        resolve({
          kind: 'broken',
          reason: startError === undefined ? endedBy(signal) : describe(startError),
          lines,
        });
      }
    });
  });

/** It keeps our event loop no longer, nor do its streams. */
const letGo = (child: ChildProcess): void => {
  child.unref();
  for (const stream of [child.stdout, child.stderr]) {
    if (stream instanceof Socket) {
      stream.unref();
    }
  }
};

const limitsOf = ({ timeoutMs, signal }: CommandRequest): { timeout?: number; signal?: AbortSignal } => ({
  ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  ...(signal === undefined ? {} : { signal }),
});

/** Kills the child's whole process group on abort and on time-out. Returns how to stop watching. */
const watchGroup = (child: ChildProcess, { timeoutMs, signal, isBackground }: CommandRequest): (() => void) => {
  const kill = (): void => {
    if (child.pid === undefined) {
      return;
    }
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) {
        throw error;
      }
    }
  };
  const timer = timeoutMs === undefined ? undefined : setTimeout(kill, timeoutMs);
  if (isBackground === true) {
    timer?.unref();
  }
  signal?.addEventListener('abort', kill, { once: true });
  if (signal?.aborted === true) {
    kill();
  }
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', kill);
  };
};

const describe = (error: Error): string => ('code' in error ? String(error.code) : error.message);
