// Best value after 30 and after 100 trials, median over seeds, of each sampler beside Optuna's at equal budget: one trial
// at a time, and eight at once, of which the oldest ends next. The lower the better. In brackets the share of pairs of runs
// in which ours is the better one, and the p-value of a rank test. Settings of samplers are chosen on seeds 1 to 100.
// Usage: npm run bench:samplers [-- --first 101 --seeds 20 --ours --contest tpe]
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { TrialRecord } from '../contracts/sweep.ts';
import { createSampler } from '../policy/samplers/create-sampler.ts';
import { sweepSettings } from '../test/support/experiment-fixtures.ts';
import { median } from './median.ts';
import { type Optuna, openOptuna } from './optuna.ts';
import { rankTest } from './rank-test.ts';
import { RECORDED_PROBLEM } from './recorded-problem.ts';
import { PROBLEMS, type Problem } from './sampler-problems.ts';

const BUDGETS = [30, 100];
const TRIALS = Math.max(...BUDGETS);

interface Contest {
  readonly title: string;
  readonly ours: 'random' | 'halton' | 'tpe';
  readonly anchor: string;
  readonly slots: number;
}

const CONTESTS: readonly Contest[] = [
  { title: 'tpe, one at a time', ours: 'tpe', anchor: 'tpe', slots: 1 },
  { title: 'tpe, eight at once', ours: 'tpe', anchor: 'tpe', slots: 8 },
  { title: 'random', ours: 'random', anchor: 'random', slots: 1 },
  { title: 'halton, beside scrambled Sobol', ours: 'halton', anchor: 'sobol', slots: 1 },
];

/** The values of the trials in their order. */
const runOurs = ({ space, evaluate }: Problem, { ours, slots }: Contest, seed: number): readonly number[] => {
  const tpe = { startup_trials: 10, candidates: 24, proposal_lag: slots };
  const sampler = createSampler(sweepSettings({ sampler: ours, space, tpe, max_trials: TRIALS }), seed);
  const history: TrialRecord[] = [];
  const values: number[] = [];
  while (values.length < TRIALS) {
    const index = values.length;
    const params = sampler.propose(index, history);
    if (params === null) {
      break;
    }
    const value = evaluate(params);
    values.push(value);
    history.push({ index, params, status: 'completed', reports: [], value: -value });
  }
  return values;
};

const runOptuna = async (
  optuna: Optuna,
  { space, evaluate }: Problem,
  { anchor, slots }: Contest,
  seed: number,
): Promise<readonly number[]> => {
  await optuna.start(anchor, seed, space);
  const running: (readonly [number, number])[] = [];
  const values: number[] = [];
  while (values.length < TRIALS) {
    const { number, params } = await optuna.ask();
    const value = evaluate(params);
    values.push(value);
    running.push([number, value]);
    const oldest = running.length < slots ? undefined : running.shift();
    if (oldest !== undefined) {
      await optuna.tell(...oldest);
    }
  }
  return values;
};

const bests = (runs: readonly (readonly number[])[], budget: number): readonly number[] =>
  runs.map((values) => Math.min(...values.slice(0, budget)));

const show = (value: number): string => (Number.isFinite(value) ? value.toPrecision(3) : '–');

const showCells = (ours: readonly number[], anchors: readonly number[]): readonly string[] => {
  const { lowerShare, pValue } = rankTest(ours, anchors);
  const verdict = Number.isFinite(median(anchors)) ? ` (${lowerShare.toFixed(2)}, p ${pValue.toFixed(3)})` : '';
  return [`${show(median(ours))}${verdict}`, show(median(anchors))];
};

const { values: flags } = parseArgs({
  options: {
    first: { type: 'string', default: '101' },
    seeds: { type: 'string', default: '20' },
    contest: { type: 'string', default: '' },
    ours: { type: 'boolean', default: false },
  },
});
const seeds = Array.from({ length: Number(flags.seeds) }, (_, place) => Number(flags.first) + place);
const optuna = flags.ours ? null : await openOptuna();
try {
  for (const contest of CONTESTS.filter(({ title }) => title.startsWith(flags.contest))) {
    console.log(`\n${contest.title}\n`);
    console.log('| function | ours, 30 | Optuna, 30 | ours, 100 | Optuna, 100 |\n|---|---:|---:|---:|---:|');
    for (const problem of [...PROBLEMS, RECORDED_PROBLEM]) {
      const ours = seeds.map((seed) => runOurs(problem, contest, seed));
      const anchors: (readonly number[])[] = [];
      for (const seed of seeds) {
        anchors.push(optuna === null ? [] : await runOptuna(optuna, problem, contest, seed));
      }
      const cells = BUDGETS.flatMap((budget) => showCells(bests(ours, budget), bests(anchors, budget)));
      console.log(`| ${problem.name} | ${cells.join(' | ')} |`);
    }
  }
} finally {
  await optuna?.close();
}
console.log(
  `\nseeds ${seeds[0]} to ${seeds.at(-1)}; ${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores`,
);
