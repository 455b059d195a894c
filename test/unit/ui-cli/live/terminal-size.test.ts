import { describe, expect, test } from 'vitest';
import { lineOf } from '../../../../ui-cli/live/line.ts';
import { brokenRows, sizeOf, withoutHeight } from '../../../../ui-cli/live/terminal-size.ts';

const frame = {
  lines: [lineOf('x'.repeat(100)), lineOf('y'.repeat(40)), lineOf(`short${' '.repeat(70)}`)],
  keys: new Set<never>(),
};

describe('ui-cli/terminal-size', () => {
  test('a narrower terminal has broken the lines that were drawn wider', () => {
    const before = { columns: 80, rows: 24 };
    // 80 columns of the first line are 2 rows of 40, the others still one each.
    expect(brokenRows(frame, before, { columns: 40, rows: 24 })).toBe(1);
    // 80, 40 and 5 columns: 4, 2 and 1 rows of 20.
    expect(brokenRows(frame, before, { columns: 20, rows: 24 })).toBe(4);
    expect(brokenRows(frame, before, { columns: 20, rows: 3 })).toBe(3);
    expect(brokenRows(frame, before, { columns: 120, rows: 24 })).toBe(0);
  });

  test('Ink never takes a frame for one that fills the screen; all else is the stream', () => {
    const stream = { columns: 0, rows: 24, isTTY: true, write: (text: string) => text.length };
    const shown = withoutHeight(stream as unknown as NodeJS.WriteStream);
    expect(shown.rows).toBe(Number.POSITIVE_INFINITY);
    expect(shown.isTTY).toBe(true);
    expect(shown.write('abc')).toBe(3);
    expect(sizeOf(stream as unknown as NodeJS.WriteStream)).toEqual({ columns: 80, rows: 24 });
  });
});
