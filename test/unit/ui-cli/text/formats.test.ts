import { expect, test } from 'vitest';
import { formatDuration, formatMetric, formatParams, parseDuration } from '../../../../ui-cli/text/formats.ts';
import { formatTable } from '../../../../ui-cli/text/table.ts';

test.each([
  [0, '0.0 s'],
  [-1, '0.0 s'],
  [9.94, '9.9 s'],
  [9.96, '10 s'],
  [59.4, '59 s'],
  [59.6, '1 min 00 s'],
  [125, '2 min 05 s'],
  [3599.6, '1 h 00 min'],
  [3780, '1 h 03 min'],
])('%d seconds read %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test.each([
  ['30', 30_000],
  ['90s', 90_000],
  ['1.5m', 90_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  ['500ms', 500],
  ['0', null],
  ['-1s', null],
  ['10 years', null],
  ['', null],
])('the duration %j is %j ms', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test('parameters lose their section, metrics keep four decimals, drawn numbers lose their tail', () => {
  expect(
    formatParams({ 'training.learning_rate': 0.0005, 'model.hidden_dims': [8, 4], 'training.loss': 'weighted_bce' }),
  ).toBe('learning_rate 0.0005, hidden_dims [8,4], loss weighted_bce');
  expect(formatParams({ 'training.learning_rate': 0.000143106201036 })).toBe('learning_rate 0.000143106');
  expect(formatParams({})).toBe('default settings');
  expect([formatMetric(0.41234), formatMetric(null), formatMetric(undefined)]).toEqual(['0.4123', '–', '–']);
});

test('ui-cli/text/table: columns are as wide as their widest cell', () => {
  expect(
    formatTable(
      [{ title: 'a' }, { title: 'n', align: 'right' }, { title: 'z' }],
      [
        ['long', '7', 'x'],
        ['b', '123', ''],
      ],
    ),
  ).toEqual(['a       n  z', 'long    7  x', 'b     123']);
});
