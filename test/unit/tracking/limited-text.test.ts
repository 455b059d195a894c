import { describe, expect, test } from 'vitest';
import { fitTexts } from '../../../tracking/limited-text.ts';

describe('tracking/limited-text', () => {
  test('what fits stays as it is, to the last character', () => {
    const values = { full: 'x'.repeat(8000), empty: '' };
    expect(fitTexts('tag', values)).toEqual({ values, wholes: [] });
    expect(fitTexts('param', { full: 'x'.repeat(6000) }).wholes).toEqual([]);
  });

  test('a longer text is cut with a note, and whole beside it', () => {
    const text = 'r'.repeat(9000);
    const { values, wholes } = fitTexts('tag', { 'tt.error': text, short: 'kept' });
    expect(wholes).toEqual([{ path: 'long_texts/tag/tt.error.txt', text }]);
    const note = '… [cut: all 9000 characters are in the artifact long_texts/tag/tt.error.txt]';
    expect(values).toEqual({ 'tt.error': 'r'.repeat(8000 - note.length) + note, short: 'kept' });
  });

  test('parameters have a limit of their own', () => {
    expect(fitTexts('param', { space: 'p'.repeat(6001) }).values.space).toHaveLength(6000);
    expect(fitTexts('tag', { space: 'p'.repeat(6001) }).wholes).toEqual([]);
  });

  test('no character is cut in half', () => {
    // Each of these characters takes two units: 32 are left beside the note for 16 of them, 31 for 15.
    const { values } = fitTexts('tag', { e: '😀'.repeat(60) }, 100);
    const note = '… [cut: all 120 characters are in the artifact long_texts/tag/e.txt]';
    expect(note).toHaveLength(68);
    expect(values.e).toBe('😀'.repeat(16) + note);
    const odd = fitTexts('tag', { e: '😀'.repeat(60) }, 99).values.e;
    expect(odd).toBe('😀'.repeat(15) + note);
  });
});
