import { describe, expect, it } from 'vitest';
import { createStream, sample, weightedIndex } from '../../../pipeline/synthetic/random.ts';

const draw = (seed: number, name: string, index: number): number[] => {
  const random = createStream(seed, name, index);
  return Array.from({ length: 8 }, () => random.next());
};

describe('pipeline/random', () => {
  it('equal seeds, names and indices give equal streams, any other gives another', () => {
    expect(draw(7, 'developer', 3)).toEqual(draw(7, 'developer', 3));
    expect(draw(8, 'developer', 3)).not.toEqual(draw(7, 'developer', 3));
    expect(draw(7, 'startup', 3)).not.toEqual(draw(7, 'developer', 3));
    expect(draw(7, 'developer', 4)).not.toEqual(draw(7, 'developer', 3));
  });

  it('uniform and normal numbers have their means and variances', () => {
    const random = createStream(1, 'moments');
    const count = 20_000;
    const moments = (values: number[]) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / count;
      return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count };
    };
    const uniform = moments(Array.from({ length: count }, () => random.next()));
    const normal = moments(Array.from({ length: count }, () => random.normal()));
    // Standard errors: 0.002 and 0.0005 (uniform), 0.007 and 0.01 (normal); five of them are allowed.
    expect(Math.abs(uniform.mean - 1 / 2)).toBeLessThan(0.01);
    expect(Math.abs(uniform.variance - 1 / 12)).toBeLessThan(0.003);
    expect(Math.abs(normal.mean)).toBeLessThan(0.035);
    expect(Math.abs(normal.variance - 1)).toBeLessThan(0.05);
  });

  it('weightedIndex never draws a weight of 0 and follows the others', () => {
    const random = createStream(2, 'weights');
    const counts = [0, 0, 0];
    for (let round = 0; round < 4000; round += 1) {
      const index = weightedIndex(random, [1, 0, 3]);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    expect(counts[1]).toBe(0);
    // 3000 expected, standard deviation 27.
    expect(Math.abs((counts[2] ?? 0) - 3000)).toBeLessThan(140);
  });

  it('sample takes distinct values, and all of them when more are asked for', () => {
    expect(new Set(sample(createStream(3, 'sample'), [1, 2, 3, 4, 5], 3)).size).toBe(3);
    expect(sample(createStream(3, 'sample'), [1, 2, 3], 9).sort()).toEqual([1, 2, 3]);
  });
});
