import { beforeAll, describe, expect, it } from 'vitest';
import { pairedBootstrap } from '../../../policy/gate/paired-bootstrap.ts';
import { signFlipTest } from '../../../policy/gate/sign-flip-test.ts';
import { askScipy, quantileError, shareError } from '../../support/ask-scipy.ts';
import { pairedUsers } from '../../support/paired-users.ts';
import { testPython } from '../../support/test-python.ts';

const RESAMPLES = 10_000;
/** Standard errors; both sides are seeded. */
const SIGMAS = 4;

let python = '';

beforeAll(async () => {
  ({ python } = await testPython('scipy'));
});

describe('policy/gate, beside scipy', () => {
  it.each([
    { users: 30, alike: 0, lift: 0.05, seed: 1 },
    { users: 150, alike: 0.7, lift: 0.1, seed: 2 },
    { users: 1000, alike: 0.3, lift: 0, seed: 3 },
    { users: 1000, alike: 0, lift: 0.02, seed: 4 },
  ])('interval and p-value are those of scipy, to Monte-Carlo error: %o', (options) => {
    const pair = pairedUsers(options);
    const scipy = askScipy(python, { ...pair, confidence: 0.95, resamples: RESAMPLES });

    const interval = pairedBootstrap({ ...pair, confidence: 0.95, resamples: RESAMPLES, seed: 7 });
    const { low, high } = interval;
    expect(Math.abs(low - scipy.low)).toBeLessThan(SIGMAS * quantileError(interval, RESAMPLES));
    expect(Math.abs(high - scipy.high)).toBeLessThan(SIGMAS * quantileError(interval, RESAMPLES));

    const p = signFlipTest({ ...pair, permutations: RESAMPLES, seed: 7 });
    expect(Math.abs(p - scipy.p)).toBeLessThan(SIGMAS * shareError(p, RESAMPLES) + 2 / RESAMPLES);
  });
});
