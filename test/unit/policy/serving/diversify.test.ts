import { describe, expect, it } from 'vitest';
import { diversify } from '../../../../policy/serving/diversify.ts';

/** Candidates 0 and 1 say the same, 2 something else. */
const twins = (a: number, b: number): number => (a < 2 && b < 2 ? 1 : 0);

describe('diversify', () => {
  it('puts something else before the twin of what is listed', () => {
    // relevance 1, 0.9, 0; after 0: candidate 1 is worth 0.5·0.9 − 0.5·1 = −0.05, candidate 2 is worth 0.
    expect(diversify({ scores: [11, 10, 1], similarity: twins, diversity: 0.5 })).toEqual([0, 2, 1]);
  });

  it('keeps the twin where relevance weighs more', () => {
    // candidate 1: 0.6·0.9 − 0.4 = 0.14, candidate 2: 0.
    expect(diversify({ scores: [11, 10, 1], similarity: twins, diversity: 0.4 })).toEqual([0, 1, 2]);
  });

  it('keeps the order by relevance at 0, and begins with the best at 1', () => {
    const alike = (): number => 1;
    expect(diversify({ scores: [3, 2, 1], similarity: alike, diversity: 0 })).toEqual([0, 1, 2]);
    expect(diversify({ scores: [3, 2, 1], similarity: twins, diversity: 1 })).toEqual([0, 2, 1]);
  });

  it('keeps the order of candidates that are equally good and equally alike', () => {
    expect(diversify({ scores: [2, 2, 2], similarity: () => 0.3, diversity: 0.7 })).toEqual([0, 1, 2]);
    expect(diversify({ scores: [], similarity: twins, diversity: 0.5 })).toEqual([]);
  });

  it('heeds the most alike of all before, not the last', () => {
    // 0 and 2 are twins, 1 is unlike both. After 0 and 1: 2 is worth −0.5, 3 is worth 0, so 3 comes first.
    const similarity = (a: number, b: number): number => (a % 2 === 0 && b % 2 === 0 ? 1 : 0);
    expect(diversify({ scores: [3, 2, 2, 0], similarity, diversity: 0.9 }).slice(0, 3)).toEqual([0, 1, 3]);
  });
});
