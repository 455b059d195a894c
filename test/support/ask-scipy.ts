/** Interval and p-value of paired users by scipy, in a Python that has it. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

export interface ScipyAnswer {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly p: number;
}

export const askScipy = (
  python: string,
  input: {
    readonly candidate: ArrayLike<number>;
    readonly champion: ArrayLike<number>;
    readonly confidence: number;
    readonly resamples: number;
  },
): ScipyAnswer => {
  const asked = spawnSync(python, ['-I', fileURLToPath(new URL('scipy_paired.py', import.meta.url))], {
    input: JSON.stringify(input),
    encoding: 'utf8',
  });
  expect(asked.stderr).toBe('');
  return JSON.parse(asked.stdout);
};

/**
 * How far two quantiles at 2.5 % of `resamples` each may lie apart, in standard errors of the difference. The density of
 * a normal variable there is 0.0584 standard deviations, and a 95 % interval is 3.92 of them wide. A quantile of R
 * resamples has the error √(0.025 * 0.975 / R) / density; the difference of two, √2 as much.
 */
export const quantileError = ({ low, high }: Pick<ScipyAnswer, 'low' | 'high'>, resamples: number): number =>
  (Math.sqrt((2 * 0.025 * 0.975) / resamples) / 0.0584) * ((high - low) / 3.92);

/** scipy doubles the smaller tail of its permutations, which errs by √2 as much as counting both tails. */
export const shareError = (p: number, resamples: number): number => Math.sqrt((3 * p * (1 - p)) / resamples);
