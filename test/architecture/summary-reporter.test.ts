import { expect, test } from 'vitest';
import { runSamples } from './run-samples.ts';

test.each([
  ['passing.sample.ts', 0, '1 passed, 0 failed'],
  ['outcomes.sample.ts', 1, '2 passed, 1 failed, 1 skipped'],
  // two passes, one failure, one skipped, and a module that cannot be loaded
  ['{outcomes,broken}.sample.ts', 1, '2 passed, 2 failed, 1 skipped'],
])('test/summary-reporter: ends the run of %s with exit code %i and the line "%s"', (samples, exitCode, line) => {
  const { status, stdout } = runSamples(samples);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(line);
  expect(status).toBe(exitCode);
});
