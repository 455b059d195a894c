import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../../contracts/canonical-json.ts';
import type { ResolvedSweep } from '../../../../contracts/resolved-config.ts';
import type { TrialParams } from '../../../../contracts/trial.ts';
import { createSampler } from '../../../../policy/samplers/create-sampler.ts';
import { spaceSize } from '../../../../policy/space/size.ts';
import { sweepSettings } from '../../../support/experiment-fixtures.ts';

const parameter = fc.oneof(
  fc.record({ choice: fc.uniqueArray(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 4 }) }),
  fc
    .tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: 0, max: 4 }))
    .map(([low, span]) => ({ int: { low, high: low + span } })),
);
const space = fc.dictionary(fc.constantFrom('model.a', 'model.b', 'training.c', 'training.d'), parameter, {
  minKeys: 1,
});

const pointsOf = (sweep: ResolvedSweep, count: number, seed = 7): readonly TrialParams[] => {
  const sampler = createSampler(sweep, seed);
  const points: TrialParams[] = [];
  while (points.length < count) {
    const point = sampler.propose(points.length, []);
    if (point === null) {
      break;
    }
    points.push(point);
  }
  return points;
};

describe('policy/samplers', () => {
  it('policy/samplers: the grid enumerates each point once, as many as the size of the space says', () => {
    fc.assert(
      fc.property(space, (someSpace) => {
        const sweep = sweepSettings({ space: someSpace });
        const points = pointsOf(sweep, Number.POSITIVE_INFINITY);
        expect(points.length).toBe(spaceSize(sweep));
        expect(new Set(points.map(canonicalJson)).size).toBe(points.length);
      }),
    );
  });

  it('policy/samplers: random draws are a function of space and seed, and find every point of a small space once', () => {
    fc.assert(
      fc.property(space, fc.integer(), fc.integer({ min: 1, max: 20 }), (someSpace, seed, count) => {
        const sweep = sweepSettings({ sampler: 'random', space: someSpace });
        const points = pointsOf(sweep, count, seed);
        expect(points).toEqual(pointsOf(sweep, count, seed));
        const grid = new Set(
          pointsOf(sweepSettings({ space: someSpace }), Number.POSITIVE_INFINITY).map(canonicalJson),
        );
        const drawn = points.map(canonicalJson);
        expect(new Set(drawn).size).toBe(drawn.length);
        expect(drawn.every((point) => grid.has(point))).toBe(true);
        expect(points.length).toBe(Math.min(count, grid.size));
      }),
    );
  });

  it('policy/samplers: float draws stay within their bounds, logarithmic ones spread over the decades', () => {
    const draws = pointsOf(
      sweepSettings({ sampler: 'random', space: { 'training.lr': { float: { low: 0.0001, high: 0.01, log: true } } } }),
      2000,
    );
    const values = draws.map((point) => point['training.lr'] as number);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0.0001);
    expect(Math.max(...values)).toBeLessThanOrEqual(0.01);
    // Two decades: half of the draws lie in the lower one; 2000 draws have a standard error of about 0.011.
    const share = values.filter((value) => value < 0.001).length / values.length;
    expect(Math.abs(share - 0.5)).toBeLessThan(0.05);
  });

  it('policy/samplers: a stepped float range has its points without rounding noise', () => {
    const points = pointsOf(
      sweepSettings({ space: { 'model.x': { float: { low: 0.1, high: 0.5, step: 0.1 } } } }),
      100,
    );
    expect(points.map((point) => point['model.x'])).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
  });
});
