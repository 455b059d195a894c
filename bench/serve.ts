// tt-exp serve beside a bare fastify handler that returns a constant, in turn on one machine; then larger catalogues at a
// fixed rate, bundles that are swapped under load, and how soon an event shows.
// Usage: npm run bench:serve [-- --items 100000 --items 1000000 --seconds 10 --rounds 3 --swaps 100 --folder <path>]
// A bundle of 1,000,000 items has an index, which takes minutes to build; with --folder it stays there for the next time.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import autocannon, { type Options, type Result } from 'autocannon';
import { MOST_ITEMS_EXACT } from '../contracts/bundle.ts';
import { median } from './median.ts';
import { writeBenchBundle } from './serve-bundle.ts';
import type { TargetMessage } from './serve-target.ts';

const { values } = parseArgs({
  options: {
    items: { type: 'string', multiple: true, default: ['100000'] },
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    swaps: { type: 'string', default: '100' },
    folder: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const SMALL = { items: 250, users: 350, dim: 128, contentDim: 384 };
const RATE = 200;
const LIST = '/api/recommendations/startups/for-developer/';

interface Target {
  readonly url: string;
  readonly readyMs: number;
  readonly megabytes: number;
  readonly child: ChildProcess;
  swap(): Promise<void>;
}

const start = async (...args: readonly string[]): Promise<Target> => {
  const child = fork(new URL('serve-target.ts', import.meta.url), args, { execArgv: ['--import', 'tsx'] });
  const [ready] = (await once(child, 'message')) as [Extract<TargetMessage, { kind: 'ready' }>];
  const swap = async (): Promise<void> => {
    child.send('swap');
    await once(child, 'message');
  };
  return { ...ready, child, swap };
};

const stop = async ({ child }: Target): Promise<void> => {
  const ended = once(child, 'exit');
  child.kill();
  await ended;
};

/** Lists of different users. */
const load = async ({ url }: Target, users: number, options: Partial<Options>): Promise<Result> =>
  // Not a promise itself, only like one.
  await autocannon({
    url,
    connections: 10,
    duration: seconds,
    requests: Array.from({ length: 500 }, (_, n) => ({
      path: `${LIST}u${String((n * 7919) % users).padStart(7, '0')}?limit=10`,
    })),
    ...options,
  });

const latencies = ({ latency, non2xx, errors }: Result): string =>
  `p50 ${latency.p50} ms, p99 ${latency.p99} ms, most ${latency.max} ms; ${non2xx + errors} failed`;

/** Texts of a million items would be half of the bundle, and no request of this bench compares them. */
const largeBundle = async (items: number, users: number): Promise<string> => {
  const place = join(values.folder ?? folder, `large-${items}`);
  const bundles = join(place, 'bundles');
  const kept = (await readdir(bundles).catch(() => [])).find((name) => /^[0-9a-f]{64}$/.test(name));
  const contentDim = items > MOST_ITEMS_EXACT ? 0 : SMALL.contentDim;
  return kept === undefined
    ? writeBenchBundle(place, { ...SMALL, items, users, contentDim, seed: 3 })
    : join(bundles, kept);
};

console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}`);
const folder = await mkdtemp(join(tmpdir(), 'tt-exp-bench-serve-'));
try {
  const small = await writeBenchBundle(join(folder, 'small'), { ...SMALL, seed: 1 });
  const other = await writeBenchBundle(join(folder, 'other'), { ...SMALL, seed: 2 });

  // The most that each answers.
  const rates: Record<'bundle' | 'constant', number[]> = { bundle: [], constant: [] };
  let constant = '';
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const target = await start('bundle', folder, small);
    constant = await (await fetch(`${target.url}${LIST}u0000000?limit=10`)).text();
    const served = await load(target, SMALL.users, { duration: 5 });
    await stop(target);
    const bare = await start(`constant:${constant}`);
    const answered = await load(bare, SMALL.users, { duration: 5 });
    await stop(bare);
    rates.bundle.push(served.requests.average);
    rates.constant.push(answered.requests.average);
  }
  const share = median(rates.bundle) / median(rates.constant);
  console.log(
    `250 items, as fast as it goes: ${median(rates.bundle).toFixed(0)} requests/s; bare handler ${median(rates.constant).toFixed(0)}; ${share.toFixed(2)} of it (medians of ${rates.bundle.length})`,
  );

  const target = await start('bundle', folder, small, other);
  console.log(
    `250 items, ready ${target.readyMs.toFixed(0)} ms after the process began, ${target.megabytes.toFixed(0)} MB`,
  );
  console.log(`250 items at 3000/s: ${latencies(await load(target, SMALL.users, { overallRate: 3000 }))}`);

  // Swaps, beside the same load without them.
  const steady = await load(target, SMALL.users, { overallRate: 1000 });
  let isLoaded = true;
  const loaded = load(target, SMALL.users, { overallRate: 1000 }).finally(() => {
    isLoaded = false;
  });
  let swaps = 0;
  while (isLoaded && swaps < Number(values.swaps)) {
    await target.swap();
    swaps += 1;
  }
  const swapped = await loaded;
  console.log(`at 1000/s, steady: ${latencies(steady)}`);
  console.log(`at 1000/s, ${swaps} swaps: ${latencies(swapped)}`);

  // From an event to the changed list.
  const waits: number[] = [];
  for (let user = 0; user < 50; user += 1) {
    const user_id = `u${String(user).padStart(7, '0')}`;
    const list = async (): Promise<readonly string[]> =>
      ((await (await fetch(`${target.url}${LIST}${user_id}?limit=10`)).json()) as { item_ids: string[] }).item_ids;
    const item_id = (await list())[0] ?? '';
    const beganMs = performance.now();
    const body = JSON.stringify({ event_id: user_id, user_id, item_id, type: 'view' });
    await fetch(`${target.url}/api/events`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    if ((await list()).includes(item_id)) {
      throw new Error(`the event of ${user_id} does not show`);
    }
    waits.push(performance.now() - beganMs);
  }
  console.log(
    `from an event to the changed list: median ${median(waits).toFixed(1)} ms, most ${Math.max(...waits).toFixed(1)} ms`,
  );
  await stop(target);

  for (const items of values.items.map(Number)) {
    const users = 10_000;
    const served = await start('bundle', folder, await largeBundle(items, users));
    const result = await load(served, users, { overallRate: RATE });
    console.log(
      `${items} items x ${SMALL.dim} at ${RATE}/s: ${latencies(result)}; ready ${served.readyMs.toFixed(0)} ms after the process began, ${served.megabytes.toFixed(0)} MB`,
    );
    await stop(served);
  }
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
