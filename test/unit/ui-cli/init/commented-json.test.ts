import { expect, test } from 'vitest';
import { parseJsonDocument } from '../../../../config/json-document.ts';
import { commentedJson } from '../../../../ui-cli/init/commented-json.ts';

const VALUE = { name: 'x', data: { split: { method: 'random' }, rules: [{ at: 1 }, { at: 2 }] }, none: {} };

test('puts each note above its key, and small parts on one line', () => {
  const text = commentedJson(VALUE, { '': 'first\nsecond', 'data.split': 'how', none: 'nothing' });
  expect(text).toBe(
    [
      '// first',
      '// second',
      '{',
      '  "name": "x",',
      '  "data": {',
      '    // how',
      '    "split": { "method": "random" },',
      '    "rules": [{ "at": 1 }, { "at": 2 }]',
      '  },',
      '  // nothing',
      '  "none": {}',
      '}',
      '',
    ].join('\n'),
  );
});

test('is the value again, as JSON without notes and as JSONC with them', () => {
  const long = { ...VALUE, list: Array.from({ length: 30 }, (_, index) => ({ key: `value ${index}` })) };
  expect(JSON.parse(commentedJson(long, {}))).toEqual(long);
  const note = 'a note of many words '.repeat(20);
  expect(parseJsonDocument('x.jsonc', commentedJson(long, { list: note })).value).toEqual(long);
});

test('a note cannot end its comment, whatever it holds', () => {
  const text = commentedJson({ a: 1 }, { a: 'one\n"b": 2,\r"c": 3, */ //' });
  expect(parseJsonDocument('x.jsonc', text).value).toEqual({ a: 1 });
});
