import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../../contracts/canonical-json.ts';
import { createSampler } from '../../../../policy/samplers/create-sampler.ts';
import { spaceSize } from '../../../../policy/space/size.ts';
import { historyOf, isPoint, runAlone, runOnSlots, SAMPLERS, seeds, sweepOf } from './worlds.ts';

const RUNS = { numRuns: 15 };

describe.each(SAMPLERS)('policy/samplers: %s', (name) => {
  it(`policy/samplers: every proposal of ${name} lies in the space, fulfils conditions and constraints, and is new`, () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const points = runAlone(sweepOf(name), seed, 60);
        expect(points).toHaveLength(60);
        expect(points.filter((point) => !isPoint(point))).toEqual([]);
        expect(new Set(points.map(canonicalJson)).size).toBe(60);
      }),
      RUNS,
    );
  });

  it(`policy/samplers: ${name} is a function of seed and history`, () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 30 }), (seed, index) => {
        const points = runAlone(sweepOf(name), seed, index + 1);
        // A sampler that has proposed nothing yet, and one that was asked the same before.
        const fresh = createSampler(sweepOf(name), seed);
        const history = historyOf(points.slice(0, index), seed);
        expect(fresh.propose(index, history)).toEqual(points[index]);
        expect(fresh.propose(index, history)).toEqual(points[index]);
      }),
      RUNS,
    );
  });

  it(`policy/samplers: ${name} gives the same trials with 1, 2, 4 and 16 slots`, () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const alone = runOnSlots(sweepOf(name), seed, 30, 1);
        for (const slots of [2, 4, 16]) {
          expect(runOnSlots(sweepOf(name), seed, 30, slots)).toEqual(alone);
        }
      }),
      RUNS,
    );
  });

  it(`policy/samplers: 10 trials of ${name} are the beginning of 30`, () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const few = runAlone(sweepOf(name, { max_trials: 10 }), seed, 10);
        expect(runAlone(sweepOf(name, { max_trials: 30 }), seed, 30).slice(0, 10)).toEqual(few);
      }),
      RUNS,
    );
  });

  it(`policy/samplers: ${name} takes enqueued trials first, even outside the space, and repeats none`, () => {
    const inside = { 'model.mode': 'flat', 'model.width': 16 };
    const sweep = sweepOf(name, { enqueue: [{ 'model.mode': 'flat', 'model.width': 7 }, inside] });
    const points = runAlone(sweep, 3, 40);
    expect(points.slice(0, 2)).toEqual(sweep.enqueue);
    expect(points.slice(2).every(isPoint)).toBe(true);
    expect(points.slice(2)).not.toContainEqual(inside);
  });
});

describe('policy/samplers', () => {
  it('policy/samplers: every sampler finds each feasible point of a small space once, then has no more', () => {
    const small = {
      space: { 'model.width': { int: { low: 8, high: 64, step: 8 } } },
      constraints: ['model.width != 24'],
    };
    for (const name of SAMPLERS) {
      const points = runAlone(sweepOf(name, small), 5, 100);
      const widths = points.map((point) => point['model.width']);
      expect(widths.toSorted((a, b) => Number(a) - Number(b))).toEqual([8, 16, 32, 40, 48, 56, 64]);
    }
    expect(spaceSize(sweepOf('grid', small))).toBe(7);
  });

  it('policy/samplers: halton fills each half, quarter and third of an axis evenly', () => {
    const space = { a: { float: { low: 0, high: 1 } }, b: { float: { low: 0, high: 1 } } };
    const points = runAlone(sweepOf('halton', { space, constraints: [] }), 11, 36);
    // Bases 2 and 3: of 36 points each quarter of the first axis and each ninth of the second has its exact share.
    const counts = (key: string, parts: number): readonly number[] =>
      Array.from(
        { length: parts },
        (_, part) => points.filter((point) => Math.floor(Number(point[key]) * parts) === part).length,
      );
    expect(counts('a', 4)).toEqual([9, 9, 9, 9]);
    expect(counts('b', 9)).toEqual(Array.from({ length: 9 }, () => 4));
  });
});
