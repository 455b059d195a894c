import { describe, expect, test } from 'vitest';
import { printable, printableJson } from '../../../contracts/printable.ts';

describe('contracts/printable', () => {
  test.each([
    // OSC 52 sets the clipboard; ended by BEL, or by the C1 string terminator.
    ['\u001b]52;c;ZXZpbA==\u0007', '\\u001b]52;c;ZXZpbA==\\u0007'],
    ['\u009d52;c;ZXZpbA==\u009c', '\\u009d52;c;ZXZpbA==\\u009c'],
    ['a\nerror: b\r\tc\u007f', 'a\\nerror: b\\r\\tc\\u007f'],
    ['right-to-left \u202etxt.exe, line\u2028end', 'right-to-left \\u202etxt.exe, line\\u2028end'],
    ['Größe 写真 🎬 שלום', 'Größe 写真 🎬 שלום'],
    ['', ''],
  ])('control characters become visible, letters of any script stay (case %#)', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test('JSON has no control character but its line ends, and reads back as the same value', () => {
    const value = { 'na\u009bme': ['\u001b[2J', '\u007f\u0085', 'a\nb', '\u202e'] };
    const text = printableJson(value, 2);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(JSON.parse(text)).toEqual(value);
    expect(printableJson({ a: 1, b: [2] }, 2)).toBe(JSON.stringify({ a: 1, b: [2] }, null, 2));
  });
});
