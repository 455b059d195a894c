/** How often each caller has asked in the running second, by a clock that the machine's is not: that may be set back by hours. */
import type { FastifyRateLimitStore } from '@fastify/rate-limit';

/** Callers that are kept. Whoever has not asked for longest gives way. */
const MOST_CALLERS = 50_000;

interface Window {
  readonly begunMs: number;
  count: number;
}

/** As `@fastify/rate-limit` asks for it, whose own one goes by the wall clock. */
export class RateWindows implements FastifyRateLimitStore {
  readonly #windows = new Map<string, Window>();

  /** Tells how many requests of the window there are with this one, and how long it lasts. */
  incr(
    key: string,
    callback: (error: Error | null, result: { current: number; ttl: number }) => void,
    timeWindow: number,
  ): void {
    const nowMs = performance.now();
    const known = this.#windows.get(key);
    const window = known === undefined || known.begunMs + timeWindow <= nowMs ? { begunMs: nowMs, count: 0 } : known;
    window.count += 1;
    this.#windows.delete(key);
    this.#windows.set(key, window);
    if (this.#windows.size > MOST_CALLERS) {
      for (const oldest of this.#windows.keys()) {
        this.#windows.delete(oldest);
        break;
      }
    }
    callback(null, { current: window.count, ttl: timeWindow - (nowMs - window.begunMs) });
  }

  /** One limit holds for all addresses. */
  child(): RateWindows {
    return this;
  }
}
