import { expect, test } from 'vitest';
import { testName } from '../test-name.ts';
import { runSamples } from './run-samples.ts';

test.each([
  ['passing.sample.ts', 0, '1 passed, 0 failed'],
  ['outcomes.sample.ts', 1, '2 passed, 1 failed, 1 skipped'],
  // two passes, one failure, one skipped, and a module that cannot be loaded
  ['{outcomes,broken}.sample.ts', 1, '2 passed, 2 failed, 1 skipped'],
])('ends the run of %s with exit code %i and the line "%s"', (samples, exitCode, line) => {
  const { status, stdout } = runSamples(samples);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(line);
  expect(status).toBe(exitCode);
});

test('tells before that line what failed, by the place that its title leaves out', () => {
  const { stdout } = runSamples('{outcomes,broken}.sample.ts');
  const lines = stdout.trimEnd().split('\n').slice(-3);
  expect(lines.slice(0, 2).sort()).toEqual(['failed: broken', 'failed: outcomes: third fails']);
});

test.each([
  ['test/unit/models/train.test.ts', 'learns', 'models/train: learns'],
  ['test/integration/tracking/tracking.test.ts', 'tracking/runs: finds one', 'tracking/runs: finds one'],
  ['test/e2e/run.test.ts', 'a sweep: ends', 'e2e/run: a sweep: ends'],
  ['test/ui/live-view.test.tsx', 'draws', 'ui/live-view: draws'],
])('test/test-name: in %s "%s" is "%s"', (path, title, name) => {
  expect(testName(path, title)).toBe(name);
});
