import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { pairedBootstrap } from '../../../policy/gate/paired-bootstrap.ts';
import { signFlipTest } from '../../../policy/gate/sign-flip-test.ts';
import { pairedUsers } from '../../support/paired-users.ts';
import { testPython } from '../../support/test-python.ts';

const support = fileURLToPath(new URL('../../support', import.meta.url));
const RESAMPLES = 10_000;
/** Standard errors; both sides are seeded. */
const SIGMAS = 4;

let python = '';

beforeAll(async () => {
  ({ python } = await testPython('scipy'));
});

const askScipy = (input: object): { readonly low: number; readonly high: number; readonly p: number } => {
  const asked = spawnSync(python, ['-I', join(support, 'scipy_paired.py')], {
    input: JSON.stringify(input),
    encoding: 'utf8',
  });
  expect(asked.stderr).toBe('');
  return JSON.parse(asked.stdout);
};

describe('policy/gate, beside scipy', () => {
  it.each([
    { users: 30, alike: 0, lift: 0.05, seed: 1 },
    { users: 150, alike: 0.7, lift: 0.1, seed: 2 },
    { users: 1000, alike: 0.3, lift: 0, seed: 3 },
    { users: 1000, alike: 0, lift: 0.02, seed: 4 },
  ])('interval and p-value are those of scipy, to Monte-Carlo error: %o', (options) => {
    const pair = pairedUsers(options);
    const scipy = askScipy({ ...pair, confidence: 0.95, resamples: RESAMPLES });

    const { low, high } = pairedBootstrap({ ...pair, confidence: 0.95, resamples: RESAMPLES, seed: 7 });
    // The density of a normal variable at its 2.5 % quantile is 0.0584 standard deviations, and the interval is 3.92 of
    // them wide. A quantile of R resamples has the error √(0.025 * 0.975 / R) / density; the difference of two, √2 as much.
    const quantileError = (Math.sqrt((2 * 0.025 * 0.975) / RESAMPLES) / 0.0584) * ((high - low) / 3.92);
    expect(Math.abs(low - scipy.low)).toBeLessThan(SIGMAS * quantileError);
    expect(Math.abs(high - scipy.high)).toBeLessThan(SIGMAS * quantileError);

    const p = signFlipTest({ ...pair, permutations: RESAMPLES, seed: 7 });
    // scipy doubles the smaller tail of its permutations, which errs by √2 as much as counting both tails.
    const shareError = Math.sqrt((3 * p * (1 - p)) / RESAMPLES);
    expect(Math.abs(p - scipy.p)).toBeLessThan(SIGMAS * shareError + 2 / RESAMPLES);
  });
});
