/** When a service is started again, and when it is given up. */

/** Starts in a row that never became healthy, after which a service is given up. One that was killed is not. */
export const MOST_FAILED_STARTS = 5;

/** A service that was healthy for so long starts its count of failures anew. */
export const QUICK_MS = 60_000;

/** How long a live process may leave health checks unanswered; long, since training may take every core. */
export const UNHEALTHY_LIMIT_MS = 60_000;

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 30_000;
/** Whoever is killed over and over is wanted back soon. */
const LONGEST_WAIT_AFTER_HEALTH_MS = 5_000;

/**
 * Wait before the start that follows the n-th failure in a row, n from 1: 250 ms, doubled each time, at most 30 s; at
 * most 5 s where the service had been healthy before it failed.
 */
export const backoffMs = (failures: number, wasHealthy: boolean): number =>
  Math.min(
    wasHealthy ? LONGEST_WAIT_AFTER_HEALTH_MS : LONGEST_WAIT_MS,
    FIRST_WAIT_MS * 2 ** (Math.max(1, failures) - 1),
  );

/** Counts how often a service has failed lately. */
export class RestartCount {
  /** In a row, none of them after a long healthy life. */
  #quickFailures = 0;
  /** In a row, none of which became healthy. */
  #failedStarts = 0;

  get isGivenUp(): boolean {
    return this.#failedStarts >= MOST_FAILED_STARTS;
  }

  /** It has been healthy for so long. */
  noteHealthy(forMs: number): void {
    this.#failedStarts = 0;
    if (forMs > QUICK_MS) {
      this.#quickFailures = 0;
    }
  }

  /** Returns the wait before the next start in milliseconds. */
  noteFailure(wasHealthy: boolean): number {
    this.#quickFailures++;
    if (!wasHealthy) {
      this.#failedStarts++;
    }
    return backoffMs(this.#quickFailures, wasHealthy);
  }

  startAnew(): void {
    this.#quickFailures = 0;
    this.#failedStarts = 0;
  }
}
