/** How many resamples an interval or a p-value takes. */

const FEWEST = 10_000;
const MOST = 250_000;

/** Resamples beyond either end of an interval: with fewer, the end is mostly chance. */
const OUTSIDE = 5;

/** The smallest tail that the most resamples still resolve. */
export const LEAST_TAIL = OUTSIDE / MOST;

/** @param confidence two-sided, in (0, 1) */
export const resampleCount = (confidence: number): number =>
  Math.min(MOST, Math.max(FEWEST, Math.ceil((2 * OUTSIDE) / (1 - confidence))));
