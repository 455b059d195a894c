/** Time as the services see it; tests pass their own. */
export interface Clock {
  /** Milliseconds since the epoch, as of the process's start; goes on steadily from there. */
  nowMs(): number;
  /** Resolves after `ms`, or at once when the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  // The wall clock may be set while we run: that must neither end a wait at once nor prolong it by hours.
  nowMs: () => Math.round(performance.timeOrigin + performance.now()),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const finish = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      const timer = setTimeout(finish, ms);
      signal?.addEventListener('abort', finish, { once: true });
    }),
};

/**
 * Milliseconds since 1970 that never go back while the process runs: by the wall clock, but where that is set back, on from
 * where it was.
 */
export const createSteadyWallClock = (
  wallMs: () => number = Date.now,
  steadyMs: () => number = systemClock.nowMs,
): (() => number) => {
  let aheadMs = Number.NEGATIVE_INFINITY;
  return () => {
    const steady = steadyMs();
    aheadMs = Math.max(aheadMs, wallMs() - steady);
    return steady + aheadMs;
  };
};
