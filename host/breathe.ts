/** Long loops that let the event loop breathe. */
import { setImmediate } from 'node:timers/promises';

/** Less than a request takes: opening a bundle adds no more than that to those that come meanwhile. */
const LONGEST_MS = 0.5;

/** Of the whole process: loops that follow each other, each too short to give way, must not add up. */
let sinceMs = performance.now();

/** To be awaited often: it gives way only where nobody else has had a turn for half a millisecond. */
export const breathe = async (): Promise<void> => {
  if (performance.now() - sinceMs > LONGEST_MS) {
    await setImmediate();
    sinceMs = performance.now();
  }
};
