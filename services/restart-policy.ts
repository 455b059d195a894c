/** When a service is started again, and when it is given up. */

/** Failures in a row, none of them after a long healthy life, after which a service is given up. */
export const MOST_QUICK_FAILURES = 5;

/** A service that was healthy for so long starts its count of failures anew. */
export const QUICK_MS = 60_000;

/** How long a live process may leave health checks unanswered; long, since training may take every core. */
export const UNHEALTHY_LIMIT_MS = 60_000;

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 30_000;

/** Wait before the start that follows the n-th failure in a row, n from 1: 250 ms, doubled each time, at most 30 s. */
export const backoffMs = (failures: number): number =>
  Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (Math.max(1, failures) - 1));
