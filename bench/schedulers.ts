// Recorded learning curves replayed under our schedulers and under Optuna's pruners: the same trials in the same order,
// one at a time and four at once. Medians over the orders of the best final value reached and of the epochs spent.
// Usage: npm run bench:schedulers [-- --orders 20]
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ResolvedScheduler } from '../contracts/resolved-config.ts';
import type { RungReport } from '../contracts/rungs.ts';
import { createRng } from '../policy/rng.ts';
import { createScheduler } from '../policy/schedulers/create-scheduler.ts';
import { SCHEDULER_SETTINGS } from '../test/support/experiment-fixtures.ts';
import { anchorPython } from './anchor-python.ts';
import { median } from './median.ts';

interface Replay {
  readonly best: number;
  readonly epochs: number;
}
type Curve = readonly (number | null)[];

const SLOTS = [1, 4] as const;
const TYPES = ['none', 'asha', 'hyperband', 'median', 'patience'] as const;
const SETTINGS: ResolvedScheduler = { ...SCHEDULER_SETTINGS, mode: 'asynchronous' };

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const { values } = parseArgs({ options: { orders: { type: 'string', default: '20' } } });
const table = JSON.parse(await readFile(here('learning-curves.json'), 'utf8')) as {
  readonly epochs: number;
  readonly trials: readonly { readonly ndcg_at_10: Curve }[];
};

/** Best value so far after each epoch; null from the epoch on at which the training diverged. */
const curves: readonly Curve[] = table.trials.map(({ ndcg_at_10 }) =>
  ndcg_at_10.map((value, epoch) =>
    value === null ? null : Math.max(...ndcg_at_10.slice(0, epoch + 1).map((earlier) => earlier ?? -Infinity)),
  ),
);

const shuffled = (seed: number): readonly number[] => {
  const rng = createRng(seed);
  return curves
    .map((_curve, index) => ({ index, key: rng.next() }))
    .sort((one, other) => one.key - other.key)
    .map(({ index }) => index);
};
const orders = Array.from({ length: Number(values.orders) }, (_, seed) => shuffled(seed));

/** Every slot trains one epoch after the other; a free slot takes the next trial of the order. */
const replay = (type: ResolvedScheduler['type'], order: readonly number[], slots: number): Replay => {
  const scheduler = createScheduler({ ...SETTINGS, type }, table.epochs);
  const standings = new Map<string, { index: number; report: RungReport }[]>();
  let next = 0;
  let sequence = 0;
  let best = -Infinity;
  let epochs = 0;
  let running: { index: number; curve: Curve; done: number; reports: RungReport[] }[] = [];
  while (next < order.length || running.length > 0) {
    while (next < order.length && running.length < slots) {
      running.push({ index: next, curve: curves[order[next] ?? 0] ?? [], done: 0, reports: [] });
      next += 1;
    }
    running = running.filter((trial) => {
      const value = trial.curve[trial.done] ?? Number.NaN;
      trial.done += 1;
      epochs += 1;
      const rung = scheduler.rungs(trial.index).indexOf(trial.done);
      if (trial.done === table.epochs) {
        best = Math.max(best, Number.isNaN(value) ? -Infinity : value);
        return false;
      }
      if (rung === -1) {
        return true;
      }
      const report = { epoch: trial.done, value, sequence };
      sequence += 1;
      trial.reports.push(report);
      const key = `${scheduler.group(trial.index)}/${rung}`;
      const peers = standings.get(key) ?? [];
      standings.set(key, [...peers, { index: trial.index, report }]);
      return scheduler.decide({ index: trial.index, reports: trial.reports, rung, peers }).kind === 'continue';
    });
  }
  return { best, epochs };
};

const replayOptuna = async (): Promise<Record<string, Record<string, readonly Replay[]>>> => {
  const input = JSON.stringify({ curves, orders, slots: SLOTS, settings: { ...SETTINGS, max_epochs: table.epochs } });
  const { status, stdout } = spawnSync(await anchorPython('optuna'), [here('schedulers.py')], {
    input,
    stdio: ['pipe', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) {
    throw new Error(`bench/schedulers.py ended with ${status}`);
  }
  return JSON.parse(stdout);
};

const figures = (replays: readonly Replay[] | undefined): string =>
  replays === undefined
    ? '–'
    : `${median(replays.map(({ best }) => best)).toFixed(4)} in ${median(replays.map(({ epochs }) => epochs))} epochs`;

const anchors = await replayOptuna();
console.log(
  `${curves.length} trials of ${table.epochs} epochs, best final value ${Math.max(...curves.map((curve) => curve.at(-1) ?? 0)).toFixed(4)}; ` +
    `medians over ${orders.length} orders`,
);
for (const slots of SLOTS) {
  for (const type of TYPES) {
    const ours = orders.map((order) => replay(type, order, slots));
    console.log(`${type}, ${slots} at once: ours ${figures(ours)}, Optuna ${figures(anchors[type]?.[slots])}`);
  }
}
console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores`);
