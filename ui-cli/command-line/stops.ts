/** What makes a command stop: Ctrl-C, SIGTERM, a time limit, a key of the full screen. */
import { TtExpError } from '../../contracts/errors.ts';
import { formatDuration } from '../text/formats.ts';
import type { ProcessRuntime } from './process-runtime.ts';

export interface Stops {
  /** Aborts with a TtExpError as reason: INTERRUPTED or TIMED_OUT. */
  readonly signal: AbortSignal;
  /** Rejects on a second Ctrl-C: the user will not wait for an orderly end. */
  readonly forced: Promise<never>;
  interrupt(): void;
  dispose(): void;
}

/** For commands that keep what was done. */
export const RESUMES = 'Run the same command again to resume where it stopped.';
/** For commands that keep nothing. */
export const STARTS_ANEW = 'Run the same command again; it starts from the beginning.';
const AGAIN = 'Run the same command again.';

const interrupted = (hint: string): TtExpError =>
  new TtExpError('INTERRUPTED', 'tt-exp: interrupted by Ctrl-C or a request to stop', { hint });

const timedOut = (timeoutMs: number): TtExpError =>
  new TtExpError('TIMED_OUT', `tt-exp: stopped after ${formatDuration(timeoutMs / 1000)}, the limit of --timeout`, {
    hint: 'Give --timeout more time; `tt-exp list` shows what is running.',
    details: { timeoutMs },
  });

/** @param hint of an interruption: whether the same command resumes */
export const createStops = (
  runtime: ProcessRuntime,
  { timeoutMs = null, hint = AGAIN }: { readonly timeoutMs?: number | null; readonly hint?: string } = {},
): Stops => {
  const controller = new AbortController();
  let force: (error: TtExpError) => void = () => {};
  const forced = new Promise<never>((_resolve, reject) => {
    force = reject;
  });
  // Nobody may be waiting for it.
  forced.catch(() => {});
  const interrupt = (): void => {
    if (controller.signal.aborted) {
      force(interrupted(hint));
    } else {
      controller.abort(interrupted(hint));
    }
  };
  const removers = [runtime.onInterrupt(interrupt), runtime.onTerminate(interrupt)];
  const timer = timeoutMs === null ? undefined : setTimeout(() => controller.abort(timedOut(timeoutMs)), timeoutMs);
  return {
    signal: controller.signal,
    forced,
    interrupt,
    dispose: () => {
      clearTimeout(timer);
      for (const remove of removers) {
        remove();
      }
    },
  };
};
