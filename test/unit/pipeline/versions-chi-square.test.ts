import { describe, expect, test } from 'vitest';
import { chiSquareQuantile, chiSquareTail } from '../../../pipeline/versions/chi-square.ts';

describe('pipeline/versions/chi-square', () => {
  // Printed tables of the distribution: probability, degrees of freedom, quantile.
  test.each([
    [0.95, 1, 3.841459],
    [0.99, 1, 6.634897],
    [0.99, 2, 9.21034],
    [0.99, 5, 15.086272],
    [0.99, 9, 21.665994],
    [0.95, 10, 18.307038],
    [0.99, 10, 23.209251],
    [0.999, 10, 29.588298],
    [0.99, 30, 50.892181],
    [0.99, 100, 135.806723],
    [0.01, 10, 2.558212],
    [0.5, 50, 49.334937],
  ])('pipeline/versions/chi-square: the %d quantile of %d degrees of freedom is %d', (p, degrees, expected) => {
    expect(chiSquareQuantile(p, degrees)).toBeCloseTo(expected, 5);
    expect(chiSquareTail(expected, degrees)).toBeCloseTo(1 - p, 6);
  });

  test('pipeline/versions/chi-square: two degrees of freedom are an exponential distribution, far into its tail', () => {
    for (const x of [0.1, 1, 4, 40, 400]) {
      expect(chiSquareTail(x, 2) / Math.exp(-x / 2)).toBeCloseTo(1, 10);
    }
  });

  test('pipeline/versions/chi-square: many degrees of freedom come close to the normal approximation of Wilson and Hilferty', () => {
    const [degrees, normal] = [5000, 2.326348];
    const ninth = 2 / (9 * degrees);
    const expected = degrees * (1 - ninth + normal * Math.sqrt(ninth)) ** 3;
    expect(chiSquareQuantile(0.99, degrees) / expected).toBeCloseTo(1, 6);
  });

  test('pipeline/versions/chi-square: nothing lies below 0', () => {
    expect([chiSquareTail(0, 3), chiSquareTail(-1, 3)]).toEqual([1, 1]);
  });
});
