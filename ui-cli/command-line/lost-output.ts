/** Whether what a command printed arrived. */
import { TtExpError } from '../../contracts/errors.ts';
import { allWritten } from '../text/output.ts';
import type { CliIo } from './process-runtime.ts';
import { explainSystemError } from './system-error.ts';

const HINT =
  'Free space where stdout goes, or send it elsewhere. Only what the command prints is lost: what it changed stays changed.';
const UNWRITABLE = 'Send stdout to a file or a terminal that can be written. What the command changed stays changed.';

const toError = (cause: NodeJS.ErrnoException): TtExpError => {
  const known = explainSystemError(cause);
  return known instanceof TtExpError && known.code === 'DISK_FULL'
    ? new TtExpError('DISK_FULL', `stdout: ${known.message}`, { hint: HINT, cause })
    : new TtExpError('ENVIRONMENT_INVALID', `stdout: it cannot be written (${cause.message})`, {
        hint: UNWRITABLE,
        cause,
      });
};

const signals = new WeakMap<NodeJS.WriteStream, AbortSignal>();

/**
 * Of each stream the one signal that what is printed goes nowhere any more: the reader has gone, or its disk is full. Its
 * reason is the stream's error; null where it was closed without one.
 */
export const outputLost = (stream: NodeJS.WriteStream): AbortSignal => {
  const known = signals.get(stream);
  if (known !== undefined) {
    return known;
  }
  const controller = new AbortController();
  signals.set(stream, controller.signal);
  // A pipe to a reader that has gone tells of it with the next write, and never closes.
  stream.on('error', (error) => controller.abort(error));
  stream.on('close', () => controller.abort(null));
  return controller.signal;
};

/**
 * Listens from now on, so that no stream ends the process. The answer waits for all that was printed; null: it arrived,
 * or its reader went away (`tt-exp list | head -1`), which is no failure.
 */
export const watchOutput = ({ stdout, stderr }: CliIo): (() => Promise<TtExpError | null>) => {
  const lost = outputLost(stdout);
  // There is nowhere left to tell of it; the result on stdout counts all the same.
  stderr.on('error', () => {});
  return async () => {
    await allWritten(stdout);
    // A stream tells of an error in a later turn.
    await new Promise((resolve) => setImmediate(resolve));
    const error: NodeJS.ErrnoException | null = lost.aborted ? lost.reason : null;
    // EIO: a terminal that was closed.
    const isGone = error?.code === 'EPIPE' || (error?.code === 'EIO' && stdout.isTTY === true);
    return error === null || isGone ? null : toError(error);
  };
};
