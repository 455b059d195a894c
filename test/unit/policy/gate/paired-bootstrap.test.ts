import { describe, expect, it } from 'vitest';
import { TtExpError } from '../../../../contracts/errors.ts';
import { pairedBootstrap } from '../../../../policy/gate/paired-bootstrap.ts';

const base = { confidence: 0.95, resamples: 2000, seed: 7 };

describe('policy/gate/paired-bootstrap', () => {
  it('a constant difference has an interval of width zero', () => {
    const champion = [0.1, 0.5, 0.9, 0.3];
    const interval = pairedBootstrap({ ...base, champion, candidate: champion.map((value) => value + 0.25) });
    expect(interval.mean).toBeCloseTo(0.25, 12);
    expect(interval.low).toBeCloseTo(0.25, 12);
    expect(interval.high).toBeCloseTo(0.25, 12);
  });

  it('agrees with the normal approximation for many users', () => {
    // Differences alternate 0 and 0.2: mean 0.1, standard deviation 0.1, so with n = 400 the standard error is
    // 0.1 / 20 = 0.005 and the 95 % interval 0.1 ± 1.96 * 0.005 = [0.0902, 0.1098].
    const candidate = Array.from({ length: 400 }, (_, index) => (index % 2) * 0.2);
    const interval = pairedBootstrap({ ...base, candidate, champion: new Array<number>(400).fill(0) });
    expect(interval.mean).toBeCloseTo(0.1, 12);
    expect(Math.abs(interval.low - 0.0902)).toBeLessThan(0.001);
    expect(Math.abs(interval.high - 0.1098)).toBeLessThan(0.001);
  });

  it('the same seed gives the same interval, another seed another', () => {
    const options = { ...base, candidate: [0.1, 0.9, 0.4, 0.2, 0.6], champion: [0.2, 0.3, 0.4, 0.1, 0.9] };
    expect(pairedBootstrap(options)).toEqual(pairedBootstrap(options));
    const other = pairedBootstrap({ ...options, seed: 8, resamples: 101 });
    expect(other).not.toEqual(pairedBootstrap({ ...options, resamples: 101 }));
  });

  it('refuses unequal numbers of users', () => {
    expect(() => pairedBootstrap({ ...base, candidate: [1], champion: [1, 2] })).toThrow(TtExpError);
    expect(() => pairedBootstrap({ ...base, candidate: [], champion: [] })).toThrow(TtExpError);
  });
});
