import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../contracts/canonical-json.ts';
import { createRng } from '../../../policy/rng.ts';
import { drawRandom, enumerateGrid, gridSize } from '../../../policy/search-space.ts';

const parameter = fc.oneof(
  fc.record({ choice: fc.uniqueArray(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 4 }) }),
  fc
    .tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: 0, max: 4 }))
    .map(([low, span]) => ({ int: { low, high: low + span } })),
);
const space = fc.dictionary(fc.constantFrom('model.a', 'model.b', 'training.c', 'training.d'), parameter, {
  minKeys: 1,
});

describe('policy/search-space', () => {
  it('policy/search-space: the grid enumerates each point once, as many as its size says', () => {
    fc.assert(
      fc.property(space, (someSpace) => {
        const points = enumerateGrid(someSpace, Number.POSITIVE_INFINITY);
        expect(points.length).toBe(gridSize(someSpace));
        expect(new Set(points.map(canonicalJson)).size).toBe(points.length);
      }),
    );
  });

  it('policy/search-space: random draws are a function of space and seed, distinct, and points of the grid', () => {
    fc.assert(
      fc.property(space, fc.integer(), fc.integer({ min: 1, max: 20 }), (someSpace, seed, count) => {
        const points = drawRandom(someSpace, count, createRng(seed));
        expect(points).toEqual(drawRandom(someSpace, count, createRng(seed)));
        const grid = new Set(enumerateGrid(someSpace, Number.POSITIVE_INFINITY).map(canonicalJson));
        const drawn = points.map(canonicalJson);
        expect(new Set(drawn).size).toBe(drawn.length);
        expect(drawn.every((point) => grid.has(point))).toBe(true);
        expect(points.length).toBeLessThanOrEqual(Math.min(count, grid.size));
      }),
    );
  });

  it('policy/search-space: float draws stay within their bounds, logarithmic ones spread over the decades', () => {
    const draws = drawRandom({ 'training.lr': { float: { low: 0.0001, high: 0.01, log: true } } }, 2000, createRng(1));
    const values = draws.map((point) => point['training.lr'] as number);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0.0001);
    expect(Math.max(...values)).toBeLessThanOrEqual(0.01);
    // Two decades: half of the draws lie in the lower one; 2000 draws have a standard error of about 0.011.
    const share = values.filter((value) => value < 0.001).length / values.length;
    expect(Math.abs(share - 0.5)).toBeLessThan(0.05);
  });

  it('policy/search-space: a stepped float range has its points without rounding noise', () => {
    const points = enumerateGrid({ 'model.x': { float: { low: 0.1, high: 0.5, step: 0.1 } } }, 100);
    expect(points.map((point) => point['model.x'])).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
  });
});
