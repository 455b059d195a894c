// Requests that come when they come, whether or not those before them were answered. autocannon at a fixed rate sends a
// second's requests at once and then waits: a bare handler's p99 is 10 to 40 ms then, all of it the burst's own queue.
import { Pool } from 'undici';
import { createRng } from '../policy/rng.ts';

export interface OpenLoad {
  readonly url: string;
  /** Requests a second, on average: the gaps between them are drawn as those of a Poisson process. */
  readonly rate: number;
  readonly seconds: number;
  readonly seed: number;
  readonly pathOf: (request: number) => string;
}

export interface Latencies {
  readonly requests: number;
  readonly failed: number;
  /** Milliseconds from sending a request until the last byte of its answer. */
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}

/** More than are ever under way: none waits for a connection. */
const CONNECTIONS = 1_000;

/** Resolves once all are answered. */
export const openLoad = async ({ url, rate, seconds, seed, pathOf }: OpenLoad): Promise<Latencies> => {
  const rng = createRng(seed);
  const pool = new Pool(url, { connections: CONNECTIONS, pipelining: 1 });
  const latencies: number[] = [];
  let failed = 0;
  const send = async (path: string): Promise<void> => {
    const sentMs = performance.now();
    try {
      const { statusCode, body } = await pool.request({ method: 'GET', path });
      await body.dump();
      failed += statusCode === 200 ? 0 : 1;
    } catch {
      failed += 1;
    }
    latencies.push(performance.now() - sentMs);
  };
  const underWay: Promise<void>[] = [];
  const endMs = performance.now() + 1000 * seconds;
  let dueMs = performance.now();
  while (dueMs < endMs) {
    const earlyMs = dueMs - performance.now();
    if (earlyMs > 0) {
      await new Promise((resolve) => setTimeout(resolve, earlyMs));
    }
    underWay.push(send(pathOf(underWay.length)));
    dueMs += (1000 / rate) * -Math.log(1 - rng.next());
  }
  await Promise.all(underWay);
  await pool.close();
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.ceil(share * latencies.length) - 1] ?? Number.NaN;
  return { requests: latencies.length, failed, p50: at(0.5), p99: at(0.99), most: at(1) };
};
