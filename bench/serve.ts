// tt-exp serve beside a bare fastify handler that returns a constant, in turn on one machine: as fast as it goes, at fixed
// rates, while bundles are swapped, for larger catalogues; and how soon an event shows.
// Usage: npm run bench:serve [-- --items 100000 --items 1000000 --seconds 10 --rounds 3 --swaps 100 --folder <path>]
// A bundle of 1,000,000 items has an index, which takes minutes to build; with --folder it stays there for the next time.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { median } from './median.ts';
import { type Latencies, openLoad } from './open-load.ts';
import { writeBenchBundle } from './serve-bundle.ts';
import { measureExperiments } from './serve-experiments.ts';
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
const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)];
const WARM_UP_SECONDS = 2;
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

const pathOf = (user: number): string => `${LIST}u${String(user).padStart(7, '0')}?limit=10`;

/** Requests a second, by ten connections that each wait for an answer. */
const mostOf = async ({ url }: Target): Promise<number> => {
  const requests = Array.from({ length: SMALL.users }, (_, user) => ({ path: pathOf(user) }));
  // Not a promise itself, only like one.
  const { requests: answered, non2xx, errors } = await autocannon({ url, connections: 10, duration: 5, requests });
  if (non2xx + errors > 0) {
    throw new Error(`${non2xx + errors} requests failed`);
  }
  return answered.average;
};

const bareTarget = async (served: Target): Promise<Target> =>
  start(`constant:${await (await fetch(`${served.url}${pathOf(0)}`)).text()}`);

/** No user is asked for twice within a catalogue's loads until all have been: a list that is known needs no search. */
const loadAt = (rate: number, users: number, engine?: 'content') => {
  let loads = 0;
  let asked = 0;
  return async (target: Target, forSeconds = seconds): Promise<Latencies> => {
    const first = asked;
    loads += 1;
    const result = await openLoad({
      ...{ url: target.url, rate, seconds: forSeconds, seed: loads },
      pathOf: (request) => pathOf((first + request) % users) + (engine === undefined ? '' : `&engine=${engine}`),
    });
    asked += result.requests;
    return result;
  };
};

/** One kind of load, in turn with others. */
interface Kind {
  readonly name: string;
  readonly run: () => Promise<Latencies>;
}

/** Medians over the rounds. @returns p99 of each, in milliseconds */
const inTurn = async (title: string, kinds: readonly Kind[]): Promise<readonly number[]> => {
  const results = kinds.map((): Latencies[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, { run }] of kinds.entries()) {
      results[at]?.push(await run());
    }
  }
  return kinds.map(({ name }, at) => {
    const of = results[at] ?? [];
    const failed = of.reduce((sum, one) => sum + one.failed, 0);
    const [p50, p99, most] = [
      median(of.map((one) => one.p50)),
      median(of.map((one) => one.p99)),
      of.map((one) => one.most),
    ];
    console.log(
      `${title}, ${name}: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (${of.map((one) => one.p99.toFixed(1)).join(', ')}), most ${Math.max(...most).toFixed(0)} ms; ${failed} failed`,
    );
    return p99;
  });
};

/** Evenly over a load of so many seconds, each after the one before has ended. */
const swapAll = async (target: Target, swaps: number, forSeconds: number): Promise<void> => {
  const beganMs = performance.now();
  for (let swap = 0; swap < swaps; swap += 1) {
    await target.swap();
    const earlyMs = beganMs + ((swap + 1) * 1000 * forSeconds) / swaps - performance.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, earlyMs)));
  }
};

/** A server looks for another champion every two seconds: a move of the alias costs no more than one swap of them. */
const FOLLOWED_SECONDS = 2;

const largeBundle = async (items: number, users: number): Promise<string> => {
  const place = join(values.folder ?? folder, `large-${items}`);
  const bundles = join(place, 'bundles');
  const kept = (await readdir(bundles).catch(() => [])).find((name) => /^[0-9a-f]{64}$/.test(name));
  return kept === undefined ? writeBenchBundle(place, { ...SMALL, items, users, seed: 3 }) : join(bundles, kept);
};

console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}`);
const folder = await mkdtemp(join(tmpdir(), 'tt-exp-bench-serve-'));
try {
  const small = await writeBenchBundle(join(folder, 'small'), { ...SMALL, seed: 1 });
  const other = await writeBenchBundle(join(folder, 'other'), { ...SMALL, seed: 2 });

  // The most that each answers.
  const rates: Record<'bundle' | 'bare', number[]> = { bundle: [], bare: [] };
  for (let round = 0; round < rounds; round += 1) {
    const served = await start('bundle', folder, small);
    const bare = await bareTarget(served);
    rates.bundle.push(await mostOf(served));
    rates.bare.push(await mostOf(bare));
    await stop(served);
    await stop(bare);
  }
  const share = median(rates.bundle) / median(rates.bare);
  console.log(
    `250 items, as fast as it goes: ${median(rates.bundle).toFixed(0)} requests/s; bare handler ${median(rates.bare).toFixed(0)}; ${share.toFixed(2)} of it (medians of ${rounds})`,
  );

  const experiments = await measureExperiments({
    ...{ folder, champion: small, challenger: other, rounds, seconds: 5 },
    pathOf: (request) => pathOf(request % SMALL.users),
  });
  console.log(experiments.join('\n'));

  const target = await start('bundle', folder, small, other);
  console.log(
    `250 items, ready ${target.readyMs.toFixed(0)} ms after the process began, ${target.megabytes.toFixed(0)} MB`,
  );
  const bare = await bareTarget(target);
  for (const rate of [3000, 1000]) {
    const load = loadAt(rate, SMALL.users);
    await load(bare, WARM_UP_SECONDS);
    await load(target, WARM_UP_SECONDS);
    const kinds: Kind[] = [
      { name: 'bare handler', run: () => load(bare) },
      { name: 'served', run: () => load(target) },
    ];
    if (rate === 1000) {
      const swaps = Number(values.swaps);
      const followed = Math.ceil(swaps / rounds);
      const swapping = (name: string, count: number, forSeconds: number): Kind => ({
        name,
        run: async () => (await Promise.all([load(target, forSeconds), swapAll(target, count, forSeconds)]))[0],
      });
      kinds.push(
        swapping(`${followed} swaps, one every ${FOLLOWED_SECONDS} s`, followed, FOLLOWED_SECONDS * followed),
        swapping(`${swaps} swaps in ${seconds} s`, swaps, seconds),
      );
    }
    const [, steady = Number.NaN, ...swapped] = await inTurn(`250 items at ${rate}/s`, kinds);
    for (const [at, p99] of swapped.entries()) {
      console.log(
        `250 items at ${rate}/s: p99 with ${kinds[at + 2]?.name} is ${(p99 / steady).toFixed(2)} of the steady one`,
      );
    }
  }
  await stop(bare);

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
    console.log(
      `${items} items x ${SMALL.dim}, ready ${served.readyMs.toFixed(0)} ms after the process began, ${served.megabytes.toFixed(0)} MB`,
    );
    const bare = await bareTarget(served);
    const load = loadAt(RATE, users);
    await load(bare, WARM_UP_SECONDS);
    await load(served, WARM_UP_SECONDS);
    const byContent = loadAt(RATE, users, 'content');
    await byContent(served, WARM_UP_SECONDS);
    await inTurn(`${items} items at ${RATE}/s`, [
      { name: 'bare handler', run: () => load(bare) },
      { name: 'served', run: () => load(served) },
      { name: 'served by content', run: () => byContent(served) },
    ]);
    await stop(bare);
    await stop(served);
  }
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
