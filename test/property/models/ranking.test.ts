import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankUser, topItems } from '../../support/rank-user.ts';

const scenario = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 3, maxLength: 40 }).chain((scores) =>
  fc.record({
    scores: fc.constant(scores),
    items: fc.uniqueArray(fc.integer({ min: 0, max: scores.length - 1 }), { minLength: 1, maxLength: 8 }),
  }),
);

const rank = (scores: readonly number[], items: readonly number[], gains: readonly number[]) =>
  rankUser({ scores: Float32Array.from(scores), items, gains, relevanceThreshold: 0.4 });

describe('models/ranking', () => {
  it('metrics do not change when all scores shift or stretch', () => {
    fc.assert(
      fc.property(scenario, fc.integer({ min: -100, max: 100 }), ({ scores, items }, shift) => {
        const gains = items.map((_, index) => (index % 2 === 0 ? 1 : 0.5));
        const moved = scores.map((score) => 2 * score + shift);
        expect(rank(moved, items, gains)).toEqual(rank(scores, items, gains));
      }),
    );
  });

  it('the ideal order has an NDCG of 1, no order more, and every metric lies in [0, 1]', () => {
    fc.assert(
      fc.property(scenario, ({ scores, items }) => {
        const gains = items.map((_, index) => [1, 0.9, 0.8, 0.6, 0.4][index % 5] ?? 1);
        const ideal = scores.map((_, item) => (items.includes(item) ? 100 + (gains[items.indexOf(item)] ?? 0) : 0));
        const best = rank(ideal, items, gains);
        expect(best.ndcg).toBeCloseTo(1, 10);
        const { dcg, ...metrics } = rank(scores, items, gains);
        expect(dcg).toBeLessThanOrEqual(best.dcg + 1e-12);
        expect(dcg).toBeGreaterThanOrEqual(0);
        for (const value of Object.values(metrics)) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1 + 1e-12);
        }
      }),
    );
  });

  it('topItems agrees with a stable sort', () => {
    fc.assert(
      fc.property(scenario, fc.integer({ min: 1, max: 12 }), ({ scores }, count) => {
        const sorted = scores
          .map((score, item) => ({ score, item }))
          .sort((a, b) => b.score - a.score || a.item - b.item);
        expect([...topItems(Float32Array.from(scores), count)]).toEqual(sorted.slice(0, count).map(({ item }) => item));
      }),
    );
  });
});
