import { expect, test } from 'vitest';
import { estimateRate } from '../../../../ui-cli/display/estimate-rate.ts';

test('the rate counts what was made, not what was known', () => {
  // 600 - 100 made in 5 s; 400 left.
  expect(estimateRate({ done: 600, total: 1000, cached: 100, unit: 'texts' }, 5)).toEqual({
    perSecond: 100,
    secondsLeft: 4,
  });
});

test.each([
  { title: 'before anything was made', done: 100, cached: 100, seconds: 9, perSecond: null },
  { title: 'without any time', done: 50, cached: 0, seconds: 0, perSecond: null },
  { title: 'in the first two seconds', done: 500, cached: 0, seconds: 1.9, perSecond: 500 / 1.9 },
  { title: 'before one part in a hundred is made', done: 9, cached: 0, seconds: 9, perSecond: 1 },
  { title: 'when all is done', done: 1000, cached: 0, seconds: 10, perSecond: 100 },
])('$title nothing is said of the rest', ({ done, cached, seconds, perSecond }) => {
  expect(estimateRate({ done, total: 1000, cached, unit: 'texts' }, seconds)).toEqual({ perSecond, secondsLeft: null });
});

test('one part in a hundred is of what was to be made', () => {
  // 10 of the 910 that were not known are more than a hundredth, 9 are less.
  const left = (done: number) => estimateRate({ done, total: 1000, cached: 90, unit: 'texts' }, 10).secondsLeft;
  expect([left(99), left(100)]).toEqual([null, 900]);
});
