import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LoadedDataset, PairArrays } from '../../../contracts/dataset.ts';
import { plainScorer, type Scorer } from '../../../models/evaluation/scorer.ts';
import { evaluateWithReport } from '../../../models/reports/evaluate-with-report.ts';
import { plainEvaluation } from '../../support/plain-evaluation.ts';
import { createToyDataset } from '../../support/toy-dataset.ts';

const GAINS = [0, 0.2, 0.4, 0.6, 1];

/** Few distinct scores make ties, many distinct ones and infinite ones the rest. */
const score = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 6, arbitrary: fc.float({ noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0) },
);

const scenario = fc
  .record({ users: fc.integer({ min: 1, max: 6 }), items: fc.integer({ min: 1, max: 40 }) })
  .chain(({ users, items }) => {
    const pair = fc.tuple(
      fc.nat({ max: users - 1 }),
      fc.nat({ max: items - 1 }),
      fc.constantFrom(...GAINS),
      fc.constantFrom('train' as const, 'validation' as const, 'test' as const),
    );
    return fc.record({
      users: fc.constant(users),
      items: fc.constant(items),
      rows: fc.uniqueArray(pair, { maxLength: 60, selector: ([user, item, , part]) => `${part} ${user} ${item}` }),
      scores: fc.array(score, { minLength: users * items, maxLength: users * items }),
    });
  });

const datasetOf = ({
  users,
  items,
  rows,
}: {
  users: number;
  items: number;
  rows: readonly (readonly [number, number, number, string])[];
}): LoadedDataset => {
  const toy = createToyDataset({ users, items, pairsPerUser: 0, seed: 1 });
  const part = (name: string): PairArrays => {
    const own = rows.filter((row) => row[3] === name).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    return {
      userIndex: Int32Array.from(own, ([user]) => user),
      itemIndex: Int32Array.from(own, ([, item]) => item),
      gain: Float32Array.from(own, ([, , gain]) => gain),
    };
  };
  return { ...toy, pairs: { train: part('train'), validation: part('validation'), test: part('test') } };
};

const given = (scores: Float32Array, items: number): Scorer =>
  plainScorer((users) => {
    const block = new Float32Array(users.length * items);
    for (const [row, user] of users.entries()) {
      block.set(scores.subarray(user * items, (user + 1) * items), row * items);
    }
    return block;
  });

describe('models/evaluation', () => {
  it('equals the plain evaluation to the last bit, whatever ties and infinite scores there are', () => {
    fc.assert(
      fc.property(scenario, fc.constantFrom('validation' as const, 'test' as const), (drawn, split) => {
        const dataset = datasetOf(drawn);
        const scores = Float32Array.from(drawn.scores);
        const plain = plainEvaluation(dataset, split, scores, 0.4);
        const fast = evaluateWithReport({
          scorer: given(scores, drawn.items),
          dataset,
          split,
          relevanceThreshold: 0.4,
        });
        expect(fast.perUser).toEqual(plain.perUser);
        const { novelty, ...rest } = fast.summary;
        const { novelty: plainNovelty, ...plainRest } = plain.summary;
        expect(rest).toEqual(plainRest);
        expect(novelty).toBeCloseTo(plainNovelty, 10);
        const { cold, warm, hot } = fast.slices;
        expect(cold.users + warm.users + hot.users).toBe(plain.summary.users);
      }),
      { numRuns: 300 },
    );
  });

  it('the exported rows hold the order, and what every metric needs', () => {
    fc.assert(
      fc.property(scenario, fc.integer({ min: 1, max: 20 }), (drawn, exportDepth) => {
        const dataset = datasetOf(drawn);
        const scores = Float32Array.from(drawn.scores);
        const told: { user: number; ranks: number[]; recalled: number }[] = [];
        const { perUser } = evaluateWithReport({
          scorer: given(scores, drawn.items),
          dataset,
          split: 'test',
          relevanceThreshold: 0.4,
          exportDepth,
          onRanking: (user, items, rowScores, gains, ranks) => {
            for (let at = 1; at < items.length; at += 1) {
              const [better = 0, worse = 0] = [rowScores[at - 1], rowScores[at]];
              expect(better > worse || (better === worse && (items[at - 1] ?? 0) < (items[at] ?? 0))).toBe(true);
            }
            expect(new Set(items).size).toBe(items.length);
            const gained = [...gains].sort((a, b) => b - a).slice(0, 10);
            const ideal = gained.reduce((sum, gain, at) => sum + gain / Math.log2(at + 2), 0);
            const dcg = gains.reduce(
              (sum, gain, at) => sum + ((ranks[at] ?? 0) <= 10 ? gain / Math.log2((ranks[at] ?? 0) + 1) : 0),
              0,
            );
            told.push({ user, ranks: [...ranks], recalled: dcg / ideal });
          },
        });
        expect(told.map(({ user }) => user)).toEqual(perUser.userIndex);
        for (const [index, { ranks, recalled }] of told.entries()) {
          expect(ranks.slice(0, 10)).toEqual([...ranks.slice(0, 10).keys()].map((at) => at + 1));
          expect(recalled).toBeCloseTo(perUser.ndcg[index] ?? Number.NaN, 10);
        }
      }),
      { numRuns: 150 },
    );
  });
});
