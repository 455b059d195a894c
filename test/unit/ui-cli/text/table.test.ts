import { describe, expect, test } from 'vitest';
import { formatTextTable, wrapLine, wrapWords } from '../../../../ui-cli/text/table.ts';

describe('ui-cli/table', () => {
  test.each([
    ['short enough', 12, ['short enough']],
    ['one two three', 8, ['one two', 'three']],
    ['  one two three', 8, ['  one', '  two', '  three']],
    // Longer than a line: cut, for want of a better place.
    ['a abcdefghij b', 4, ['a', 'abcd', 'efgh', 'ij b']],
    ['see `tt-exp show a/b` now', 10, ['see', '`tt-exp show a/b`', 'now']],
    ['it’s `a b` and `c d`', 9, ['it’s', '`a b` and', '`c d`']],
    ['', 5, ['']],
  ])('%j in %i columns', (text, width, lines) => {
    expect(wrapLine(text, width)).toEqual(lines);
  });

  test('wrapWords keeps a word whole that is longer than the line', () => {
    expect(wrapWords('a /abcdefghij b c', 4)).toEqual(['a', '/abcdefghij', 'b c']);
  });

  test('text that makes a table too wide stands under its row', () => {
    const columns = [{ title: 'trial' }, { title: 'value', align: 'right' }, { title: 'parameters' }] as const;
    const rows = [
      ['a', '0.5', 'x 1, y 2'],
      ['b', '10.25', 'x 100, y 200'],
    ];
    expect(formatTextTable(columns, rows, 26)).toEqual([
      'trial  value  parameters',
      'a        0.5  x 1, y 2',
      'b      10.25  x 100, y 200',
    ]);
    expect(formatTextTable(columns, rows, 14)).toEqual([
      'trial  value',
      'a        0.5',
      '    x 1, y 2',
      'b      10.25',
      '    x 100, y',
      '    200',
    ]);
  });
});
