/** A real server of one bundle, in a process of its own that ends with this one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { EXIT, TtExpError } from '../../contracts/errors.ts';
import { isObject } from '../../contracts/is-object.ts';
import { saysOutOfMemory } from '../compute-errors.ts';

export type BundleServer =
  | { readonly kind: 'ready'; readonly url: string; stop(): Promise<void> }
  /** The bundle is to blame. */
  | { readonly kind: 'refused'; readonly reason: string };

export interface BundleServerOptions {
  /** The program `tt-exp`; run by the same Node.js as this process. */
  readonly script: string;
  /** Of the bundle. */
  readonly folder: string;
  /** Until it is ready. */
  readonly startLimitMs: number;
  readonly signal: AbortSignal;
}

const READ_MS = 1_000;
const KEPT_LINES = 20;
const ERROR = 'error: ';

/** Codes with which the machine refuses, not the bundle. */
const NOT_OF_THE_BUNDLE: readonly number[] = [EXIT.unreachable, EXIT.timedOut, EXIT.interrupted];

const notStarted = (message: string, cause?: unknown): TtExpError =>
  new TtExpError('SERVICE_UNREACHABLE', `server of the bundle: ${message}`, {
    hint: 'Check memory, open files and load of the machine that evaluates.',
    cause,
  });

/** Throws INTERNAL. */
const urlIn = (line: string): string => {
  const unexpected = (cause?: unknown): TtExpError =>
    new TtExpError('INTERNAL', `server of the bundle: got ${line.slice(0, 300)}, expected a line with its url`, {
      cause,
    });
  let ready: unknown;
  try {
    ready = JSON.parse(line);
  } catch (cause) {
    throw unexpected(cause);
  }
  if (isObject(ready) && typeof ready.url === 'string') {
    return ready.url;
  }
  throw unexpected();
};

/** What it says once it is ready; null where it ends before. */
const readyUrl = (child: ChildProcess): Promise<string | null> =>
  new Promise((resolve, reject) => {
    if (child.stdout === null) {
      resolve(null);
      return;
    }
    createInterface({ input: child.stdout }).once('line', (line) => {
      // An error has several lines, and the end of the process behind it.
      if (!line.endsWith('}')) {
        return;
      }
      try {
        resolve(urlIn(line));
      } catch (error) {
        reject(error);
      }
    });
    child.once('close', () => resolve(null));
  });

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    const closed = once(child, 'close');
    // It writes nothing that it would have to finish.
    child.kill('SIGKILL');
    await closed;
  }
};

/** Throws SERVICE_UNREACHABLE where the machine is to blame, and the signal's reason; nothing is left then. */
export const startBundleServer = async (options: BundleServerOptions): Promise<BundleServer> => {
  const { script, folder, startLimitMs, signal } = options;
  signal.throwIfAborted();
  const child = spawn(
    process.execPath,
    [
      ...[...process.execArgv, script, 'serve', '--bundle', folder],
      ...['--host', '127.0.0.1', '--port', '0', '--json', '--parent', String(process.pid)],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (cause) => reject(notStarted(cause.message, cause)));
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  failed.catch(() => undefined);
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(line);
    if (lines.length > KEPT_LINES) {
      lines.shift();
    }
  });
  let late: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    late = setTimeout(() => {
      // Of an event loop that was busy for long, what came meanwhile is read first.
      late = setTimeout(() => reject(notStarted(`not ready within ${startLimitMs / 1000} s`)), READ_MS);
    }, startLimitMs);
  });
  try {
    const url = await Promise.race([readyUrl(child), failed, tooLate]);
    if (url !== null) {
      return { kind: 'ready', url, stop: () => stop(child) };
    }
    const said = lines.findLast((text) => text.startsWith(ERROR))?.slice(ERROR.length) ?? lines.at(-1) ?? 'nothing';
    const { exitCode, signalCode } = child;
    if (exitCode === null || NOT_OF_THE_BUNDLE.includes(exitCode) || lines.some(saysOutOfMemory)) {
      throw notStarted(`it ended with ${exitCode ?? signalCode}: ${said}`);
    }
    return { kind: 'refused', reason: `the server does not start: ${said}` };
  } catch (error) {
    await stop(child);
    throw error;
  } finally {
    clearTimeout(late);
  }
};
