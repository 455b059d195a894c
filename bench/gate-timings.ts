/**
 * The gate's statistics on 20,000 users: 10,000 resamples of the bootstrap, beside the same with one call of the seeded
 * generator a draw, 10,000 permutations, and a whole comparison with four guards, DCG@10 and an ancestor; interleaved.
 * Processor time of one thread.
 */
import { missing } from '../contracts/element-at.ts';
import { createGenerator, toUnit } from '../models/numerics/prng.ts';
import { compareModels } from '../policy/gate/compare-models.ts';
import type { JudgedModel } from '../policy/gate/judged-model.ts';
import { pairedBootstrap } from '../policy/gate/paired-bootstrap.ts';
import { signFlipTest } from '../policy/gate/sign-flip-test.ts';
import { createRng } from '../policy/rng.ts';
import { median } from './median.ts';

const USERS = 20_000;
const RESAMPLES = 10_000;
const ROUNDS = 5;
/** Resamples of the slow way, scaled up to all of them. */
const SLOW_RESAMPLES = 1000;

const next = createGenerator(1);
const champion = Float64Array.from({ length: USERS }, () => toUnit(next()));
const candidate = champion.map((value) => value + 0.1 * (toUnit(next()) - 0.49));
const pair = { candidate, champion };

/** Adds to nothing that anybody reads, as an engine may not know. */
let sink = 0;

const callForEachDraw = (seed: number): void => {
  const differences = candidate.map((value, user) => value - (champion[user] ?? missing(champion, user)));
  const rng = createRng(seed);
  for (let draw = 0; draw < SLOW_RESAMPLES * USERS; draw += 1) {
    const user = rng.below(USERS);
    sink += differences[user] ?? missing(differences, user);
  }
};

const NO_NUMBERS = { coverage: null, popularity_share: null, model_size_mb: null, scoring_latency_ms: null };

const judgedModel = (values: Float64Array): JudgedModel => {
  const ndcg = [...values];
  return {
    ...{ ndcg, dcg: ndcg, recall: ndcg, watched: {}, catalogue: NO_NUMBERS },
    // A fifth cold, a fifth hot.
    userSlices: ndcg.map((_, user) => (user % 5 === 0 ? 'cold' : user % 5 === 1 ? 'hot' : 'warm')),
  };
};

const GUARDED = ['recall_at_10', 'cold_ndcg_at_10', 'warm_ndcg_at_10', 'hot_ndcg_at_10'] as const;
const [own, other] = [judgedModel(candidate), judgedModel(champion)];

const compareWhole = (margin: number | null, seed: number) =>
  compareModels({
    ...{ candidate: own, champion: other, ancestor: margin === null ? null : other, confidence: 0.95, margin, seed },
    guards: GUARDED.map((metric) => ({ metric, tolerance: 0.01 })),
  });

/** Lines of a Markdown table. */
export const timeStatistics = (): readonly string[] => {
  const contestants = [
    {
      name: 'bootstrap',
      scale: 1,
      run: (seed: number) => pairedBootstrap({ ...pair, confidence: 0.95, resamples: RESAMPLES, seed }),
    },
    { name: 'bootstrap, one call a draw', scale: RESAMPLES / SLOW_RESAMPLES, run: callForEachDraw },
    {
      name: 'sign flips',
      scale: 1,
      run: (seed: number) => signFlipTest({ ...pair, permutations: RESAMPLES, seed }),
    },
    { name: 'superior, four guards', scale: 1, run: (seed: number) => compareWhole(null, seed) },
    { name: 'non_inferior, four guards, ancestor', scale: 1, run: (seed: number) => compareWhole(0.01, seed) },
  ].map((contestant) => ({ ...contestant, seconds: [] as number[] }));

  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { scale, run, seconds } of contestants) {
      const before = process.cpuUsage();
      run(round);
      const { user, system } = process.cpuUsage(before);
      seconds.push((scale * (user + system)) / 1e6);
    }
  }
  return [
    `${RESAMPLES} resamples of ${USERS} users, seconds of processor time of one thread, ${ROUNDS} rounds${sink === 0 ? '!' : ''}:`,
    '',
    '| | min | median |',
    '|---|---|---|',
    ...contestants.map(
      ({ name, seconds }) => `| ${name} | ${Math.min(...seconds).toFixed(2)} | ${median(seconds).toFixed(2)} |`,
    ),
  ];
};
