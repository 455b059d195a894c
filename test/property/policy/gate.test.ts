import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectSize } from '../../../policy/gate/effect-size.ts';
import { pairedBootstrap } from '../../../policy/gate/paired-bootstrap.ts';
import { signFlipTest } from '../../../policy/gate/sign-flip-test.ts';

const ndcg = fc.double({ min: 0, max: 1, noNaN: true });
const users = fc.array(fc.tuple(ndcg, ndcg), { minLength: 1, maxLength: 60 }).map((pairs) => ({
  candidate: pairs.map(([candidate]) => candidate),
  champion: pairs.map(([, champion]) => champion),
}));
const seeds = fc.integer();
const confidences = fc.double({ min: 0.5, max: 0.999, noNaN: true });
const resamples = 500;

describe('policy/gate laws', () => {
  it('an identical model is never superior', () => {
    fc.assert(
      fc.property(users, seeds, confidences, ({ candidate }, seed, confidence) => {
        const pair = { candidate, champion: [...candidate] };
        const { low, high } = pairedBootstrap({ ...pair, confidence, resamples, seed });
        expect([low, high]).toEqual([0, 0]);
        expect(signFlipTest({ ...pair, permutations: resamples, seed })).toBe(1);
      }),
    );
  });

  it('swapping the models mirrors the interval and keeps the p-value', () => {
    fc.assert(
      fc.property(users, seeds, confidences, ({ candidate, champion }, seed, confidence) => {
        const settings = { confidence, resamples, permutations: resamples, seed };
        const there = { candidate, champion, ...settings };
        const back = { candidate: champion, champion: candidate, ...settings };
        const { mean, low, high } = pairedBootstrap(back);
        expect(pairedBootstrap(there)).toEqual({ mean: 0 - mean, low: 0 - high, high: 0 - low, confidence });
        expect(signFlipTest(there)).toBe(signFlipTest(back));
        expect(effectSize(there, confidence).smallestLift).toBe(effectSize(back, confidence).smallestLift);
      }),
    );
  });

  it('eight times as many users of the same kind narrow the interval and the smallest lift', () => {
    const many = fc.array(fc.tuple(ndcg, ndcg), { minLength: 20, maxLength: 40 }).filter((pairs) => {
      const differences = pairs.map(([candidate, champion]) => candidate - champion);
      return Math.max(...differences) - Math.min(...differences) > 0.01;
    });
    fc.assert(
      fc.property(many, seeds, (pairs, seed) => {
        const times = (count: number) => {
          const all = Array.from({ length: count }, () => pairs).flat();
          return {
            candidate: all.map(([candidate]) => candidate),
            champion: all.map(([, champion]) => champion),
          };
        };
        const [few, more] = [times(1), times(8)];
        const width = (pair: typeof few): number => {
          const { low, high } = pairedBootstrap({ ...pair, confidence: 0.95, resamples: 2000, seed });
          return high - low;
        };
        expect(width(more)).toBeLessThan(width(few));
        expect(effectSize(more, 0.95).smallestLift).toBeLessThan(effectSize(few, 0.95).smallestLift ?? 0);
      }),
      { numRuns: 30 },
    );
  });

  it('a function of its options alone', () => {
    fc.assert(
      fc.property(users, seeds, confidences, (pair, seed, confidence) => {
        const settings = { ...pair, confidence, resamples, permutations: resamples, seed };
        const first = [pairedBootstrap(settings), signFlipTest(settings), effectSize(pair, confidence)];
        pairedBootstrap({ ...settings, seed: seed + 1 });
        signFlipTest({ ...settings, seed: seed + 1 });
        expect([pairedBootstrap(settings), signFlipTest(settings), effectSize(pair, confidence)]).toEqual(first);
      }),
    );
  });
});
