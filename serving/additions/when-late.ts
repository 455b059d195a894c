import type { Clock } from '../../host/clock.ts';

/** Settles as the work does; says so once where it has not after `ms`, unless the signal has aborted by then. */
export const whenLate = async <T>(
  { clock, ms, signal }: { readonly clock: Clock; readonly ms: number; readonly signal: AbortSignal },
  say: () => void,
  work: Promise<T>,
): Promise<T> => {
  const done = new AbortController();
  const ended = AbortSignal.any([done.signal, signal]);
  void clock.sleep(ms, ended).then(() => {
    if (!ended.aborted) {
      say();
    }
  });
  try {
    return await work;
  } finally {
    done.abort();
  }
};
