import { describe, expect, test } from 'vitest';
import { formatBytes, formatTime, settingLines } from '../../../../ui-cli/data/data-formats.ts';
import { section } from '../../../../ui-cli/text/section.ts';

describe('ui-cli/data-formats', () => {
  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1536, '1.5 KiB'],
    [1024 ** 2 * 12.34, '12.3 MiB'],
    [1024 ** 3, '1.0 GiB'],
    [1024 ** 5 * 3, '3072.0 TiB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  test('a time is written to the second', () => {
    expect(formatTime('2025-06-15T12:30:45.678Z')).toBe('2025-06-15 12:30:45');
  });

  test('settings are dotted keys, named objects of a list one each', () => {
    expect(
      settingLines({
        seed: 7,
        use_case: 'a b',
        ignored_types: ['x'],
        none: null,
        split: { method: 'random', train: 0.7 },
        labels: { apply: { weight: 3, label: 1 } },
        fields: [{ name: 'role', kind: 'categorical', width: 4 }],
      }),
    ).toEqual([
      'seed           7',
      'use_case       a b',
      'ignored_types  ["x"]',
      'none           null',
      'split          method random, train 0.7',
      'labels.apply   weight 3, label 1',
      'fields.role    kind categorical, width 4',
    ]);
  });

  test('a section without lines is nothing', () => {
    expect([section('Empty', []), section('Full', ['x'])]).toEqual([[], ['', 'Full', '  x']]);
  });
});
