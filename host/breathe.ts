/** Long loops that let the event loop breathe. */
import { setImmediate } from 'node:timers/promises';

const LONGEST_MS = 3;

/** To be awaited often: it gives way only where nobody else has had a turn for a few milliseconds. */
export const createBreather = (): (() => Promise<void>) => {
  let sinceMs = performance.now();
  return async () => {
    if (performance.now() - sinceMs > LONGEST_MS) {
      await setImmediate();
      sinceMs = performance.now();
    }
  };
};
