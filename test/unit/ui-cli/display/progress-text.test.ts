import { expect, test } from 'vitest';
import { countTexts, fittingText } from '../../../../ui-cli/display/progress-text.ts';

test('says how much is done, how fast, and how long the rest takes, the last in every length', () => {
  expect(countTexts({ done: 600, total: 1000, cached: 100, unit: 'texts' }, 5)).toEqual([
    '600 of 1,000 texts (60.0 %), 100 from the cache, 100 texts/s, 4.0 s left',
    '600 of 1,000 texts (60.0 %), 100 texts/s, 4.0 s left',
    '600 of 1,000 texts (60.0 %), 4.0 s left',
    '60.0 %, 4.0 s left',
  ]);
  expect(countTexts({ done: 0, total: 0, unit: 'texts' }, 0)[0]).toBe('0 of 0 texts (100.0 %)');
});

test.each([
  [8, 4, '2 tests/s'],
  [5, 2, '2.5 tests/s'],
  [25, 2, '13 tests/s'],
  [1, 5, '12 tests/min'],
  [1, 600, '1 tests/min'],
])('%i in %i s are written %s', (done, seconds, rate) => {
  expect(countTexts({ done, total: done, unit: 'tests' }, seconds)[0]).toMatch(new RegExp(`, ${rate}$`));
});

test('a rate is told once there was a second', () => {
  const count = { done: 5, total: 100, unit: 'tests' };
  expect(countTexts(count, 0.9)[0]).toBe('5 of 100 tests (5.0 %)');
  expect(countTexts(count, 1)[0]).toBe('5 of 100 tests (5.0 %), 5 tests/s');
});

test('the longest that leaves a column free is taken, else the shortest', () => {
  const texts = ['123456', '123', '12'];
  expect([7, 6, 3, 1].map((columns) => fittingText(texts, columns))).toEqual(['123456', '123', '12', '12']);
});
