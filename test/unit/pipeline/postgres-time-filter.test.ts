import { expect, test } from 'vitest';
import { isOlderSql } from '../../../pipeline/sources/postgres/time-filter.ts';
import { boundNumber, boundText } from '../../../pipeline/sources/time-bound.ts';

const bound = (at: string) => ({ column: 'seen', unit: 'text', at }) as const;

test.each([
  ['2025-01-31T12:00:00.123456Z', '2025-01-31 12:00:00.123456'],
  ['2025-01-31 12:00:00.5', '2025-01-31 12:00:00.500000'],
  ['2025-01-31T12:00:00Z', '2025-01-31 12:00:00.000000'],
])('pipeline/sources/time-bound: %s is %s as text', (at, text) => {
  expect(boundText(bound(at))).toBe(text);
});

// 2025-01-31 12:00:00 is 1738324800 s after 1970-01-01.
test.each([
  ['2025-01-31T12:00:00.123456Z', '1738324800.123456', '1738324800123.456', '1738324800123456'],
  ['1970-01-01T00:00:00.000001Z', '0.000001', '0.001', '1'],
  ['1969-12-31T23:59:58.500000Z', '-1.500000', '-1500.000', '-1500000'],
])('pipeline/sources/time-bound: %s is exact as a number', (at, seconds, milliseconds, microseconds) => {
  expect([boundNumber(bound(at), 's'), boundNumber(bound(at), 'ms'), boundNumber(bound(at), 'us')]).toEqual([
    seconds,
    milliseconds,
    microseconds,
  ]);
});

test('pipeline/time-filter: what can not be compared is never older', () => {
  const at = '2025-01-31T12:00:00.000000Z';
  expect(isOlderSql({ column: 'seen', unit: 's', at }, { name: 'text', category: 'S' })).toBe('false');
  expect(isOlderSql({ column: 'seen', unit: 'text', at }, { name: 'int8', category: 'N' })).toBe('false');
  expect(isOlderSql({ column: 'seen', unit: 'text', at }, { name: 'time', category: 'D' })).toBe('false');
});
