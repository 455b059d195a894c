import { describe, expect, it, test } from 'vitest';
import { checkTypes } from '../../../../policy/space/expression/check-types.ts';
import { evaluate } from '../../../../policy/space/expression/evaluate.ts';
import { keysOf } from '../../../../policy/space/expression/expression.ts';
import { parseExpression } from '../../../../policy/space/expression/parse.ts';

const VALUES: Readonly<Record<string, unknown>> = {
  'model.width': 64,
  'model.dims': [64, 32],
  'model.kind': 'l2',
  'model.norm': false,
  'model.missing': null,
};

const resultOf = (source: string): unknown => evaluate(parseExpression(source), (key) => VALUES[key]);

describe('policy/space/expression', () => {
  test.each([
    ['1 + 2 * 3 == 7', true],
    ['(1 + 2) * 3 == 9', true],
    ['8 / 2 / 2 == 2', true],
    ['5 - 2 - 1 == 2', true],
    ['-model.width + 65 == 1', true],
    ['1e3 > .5', true],
    ['model.width * 2 <= 128', true],
    ['model.width != 64', false],
    ["model.kind == 'l2'", true],
    ['model.kind in ["none", "l2"]', true],
    ['model.width not in [64]', false],
    ['32 in model.dims', true],
    ['model.dims == [64, 32]', true],
    ['not model.norm and model.width > 1', true],
    ['true or false and false', true],
    ['(true or false) and false', false],
    ['not (true or true)', false],
    ['model.missing == null', true],
    // Nothing is known of a missing number: it is neither small nor great.
    ['model.missing < 1 or model.missing >= 1', false],
  ])('%s is %s', (source, value) => {
    expect(resultOf(source)).toBe(value);
  });

  test.each([
    ['1 <', 4, 'the end', 'a key, number, quoted text or "("'],
    ['1 < 2 < 3', 7, '"<"', 'an operator or the end'],
    ['(1 < 2', 7, 'the end', '")" or an operator'],
    ['a = 1', 3, '"="', '"=="'],
    ['a && b', 3, '"&&"', '"and"'],
    ["a == 'x", 6, 'a text without a closing quote', 'a closing quote'],
    ['a not 3', 7, '"3"', '"in"'],
    ['a; b', 2, '";"', 'a key, number, quoted text, operator or parenthesis'],
    ['constructor(1) < 2', 12, '"("', 'an operator or the end'],
  ])('%j is refused at its column', (source, column, found, expected) => {
    expect(() => parseExpression(source)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', details: { column, found, expected } }),
    );
  });

  it('parentheses without end are refused, not overflown', () => {
    expect(() => parseExpression('('.repeat(1000))).toThrow(/levels/);
  });

  test.each([
    ['1 + 2', 3, 'a number'],
    ["model.width < 'x'", 15, 'a text'],
    ['model.kind * 2 == 4', 1, 'a text'],
    ['model.width and true', 1, 'a number'],
    ['model.width in 3', 16, 'a number'],
    ["model.width == 'x'", 16, 'a text'],
  ])('%j has the wrong type at its column', (source, column, found) => {
    const typeOf = (key: string) => (key === 'model.width' ? 'number' : 'text');
    expect(() => checkTypes(parseExpression(source), typeOf)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ column, found }) }),
    );
  });

  it('names the keys that it mentions', () => {
    expect(keysOf(parseExpression('a.b + -c.d < 2 or not (e in [f.g, 1])'))).toEqual(['a.b', 'c.d', 'e', 'f.g']);
  });
});
