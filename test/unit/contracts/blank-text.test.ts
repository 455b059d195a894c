import { describe, expect, it } from 'vitest';
import { isBlank } from '../../../contracts/blank-text.ts';

describe('isBlank', () => {
  it.each([
    ['nothing', ''],
    ['white space', ' \t\n\u00a0\u3000'],
    ['zero-width spaces and joiners', '\u200b\u200c\u200d\u2060\ufeff'],
    ['soft hyphens and marks of direction', '\u00ad\u200e\u202e\u2069'],
    ['control characters', '\u0007\u001b\u0085'],
    ['fillers and variation selectors', '\u3164\u115f\uffa0\ufe0f\u034f\u{e0061}'],
    ['blank Braille', '\u2800'],
  ])('takes %s for none', (_case, text) => {
    expect(isBlank(text)).toBe(true);
  });

  it.each([
    ['a letter among them', '\u200bx\u200b'],
    ['another script', '理由'],
    ['a sign', '!'],
    ['an emoji made with a joiner', '👩\u200d🔬'],
  ])('takes %s for a text', (_case, text) => {
    expect(isBlank(text)).toBe(false);
  });
});
