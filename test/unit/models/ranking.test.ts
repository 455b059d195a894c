import { describe, expect, it } from 'vitest';
import { rankUser, topItems } from '../../support/rank-user.ts';

const NONE = Number.NEGATIVE_INFINITY;

describe('models/ranking', () => {
  it('the top items come best first, the lower index first on a tie, never one that is no candidate', () => {
    const scores = Float32Array.of(0.1, 0.9, NONE, 0.9, 0.5, 0.1);
    expect([...topItems(scores, 3)]).toEqual([1, 3, 4]);
    expect([...topItems(scores, 10)]).toEqual([1, 3, 4, 0, 5]);
  });

  it('metrics of a ranking worked out by hand', () => {
    // Twelve candidates in the order 0, 1, 2, …, 11. Gains: item 1 (rank 2) 1.0, item 4 (rank 5) 0.6, item 11 (rank 12) 0.9.
    const scores = Float32Array.from({ length: 12 }, (_, index) => 12 - index);
    const ranking = rankUser({ scores, items: [1, 4, 11], gains: [1, 0.6, 0.9], relevanceThreshold: 0.4 });
    // DCG = 1.0 / log2(3) + 0.6 / log2(6) = 0.630930 + 0.232112 = 0.863042 (rank 12 lies beyond the cut-off).
    // Ideal = 1.0 / log2(2) + 0.9 / log2(3) + 0.6 / log2(4) = 1 + 0.567837 + 0.3 = 1.867837. NDCG = 0.462054.
    expect(ranking.ndcg).toBeCloseTo(0.462054, 5);
    expect(ranking.dcg).toBeCloseTo(0.863042, 5);
    expect(ranking.precision).toBeCloseTo(2 / 10, 12);
    expect(ranking.recall).toBeCloseTo(2 / 3, 12);
    // F1 = 2 · 0.2 · 0.6667 / 0.8667 = 0.307692.
    expect(ranking.f1).toBeCloseTo(0.307692, 5);
    expect(ranking.hit).toBe(1);
    // AP = (1/2 + 2/5 + 3/12) / 3 = 1.15 / 3 = 0.383333.
    expect(ranking.averagePrecision).toBeCloseTo(0.383333, 5);
  });

  it('a gain below the threshold counts for NDCG alone', () => {
    const scores = Float32Array.of(3, 2, 1);
    const ranking = rankUser({ scores, items: [0, 2], gains: [0.2, 0.8], relevanceThreshold: 0.4 });
    expect(ranking.recall).toBe(1);
    expect(ranking.precision).toBeCloseTo(0.1, 12);
    // DCG = 0.2 + 0.8 / 2 = 0.6; ideal = 0.8 + 0.2 / log2(3) = 0.926186; NDCG = 0.647818.
    expect(ranking.ndcg).toBeCloseTo(0.647818, 5);
  });

  it('with equal scores everywhere the ranking is the item order', () => {
    const scores = new Float32Array(20).fill(0.5);
    const at = (item: number) => rankUser({ scores, items: [item], gains: [1], relevanceThreshold: 0.4 });
    expect(at(0).ndcg).toBe(1);
    expect(at(9).averagePrecision).toBeCloseTo(0.1, 12);
    expect(at(10).ndcg).toBe(0);
  });
});
