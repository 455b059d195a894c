import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runSamples } from './run-samples.ts';

test('a folder is there until all hooks have run, then gone, though its test failed', () => {
  const { stdout } = runSamples('folders.sample.ts');
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('1 passed, 1 failed');
  const told = [...stdout.matchAll(/^(there|gone): (.+)$/gm)].map(([, state, folder]) => ({ state, folder }));
  // In a test, around each of the two, around the file.
  expect(told.map(({ state }) => state)).toEqual(['there', 'there', 'there', 'there']);
  expect(new Set(told.map(({ folder }) => folder)).size).toBe(4);
  expect(told.filter(({ folder = '' }) => existsSync(folder))).toEqual([]);
});
