import { describe, expect, test } from 'vitest';
import { createConfigSource } from '../../../config/config-source.ts';
import { asConfigDocument } from '../../../config/hyperparameters.ts';
import { parseJsonDocument } from '../../../config/json-document.ts';
import { checkConfig } from '../../../config/load.ts';
import { parseOverride } from '../../../config/overrides.ts';
import { TtExpError } from '../../../contracts/errors.ts';

const failureOf = (act: () => unknown): TtExpError => {
  try {
    act();
  } catch (error) {
    if (error instanceof TtExpError) {
      return error;
    }
    throw error;
  }
  throw new Error('did not fail');
};

const check = (text: string): unknown =>
  checkConfig(createConfigSource(asConfigDocument(parseJsonDocument('big.json', text)), []), { trains: 'sweep' });

/** So many that a look-up that walks all of them for each would take minutes. */
const MANY = 200_000;

const lines = (line: (index: number) => string): string =>
  Array.from({ length: MANY }, (_, index) => line(index)).join(',\n');

describe('config/json-document', () => {
  test.each([
    ['lists', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['lists that never end', '['.repeat(10_000)],
  ])('10,000 nested %s are CONFIG_SYNTAX where the 101st begins', (_what, nested) => {
    const error = failureOf(() => check(`{"name":"x",\n"model":${nested}}`));
    expect(error).toMatchObject({ code: 'CONFIG_SYNTAX', exitCode: 78 });
    // The config itself is level 1, so the 100th within "model": 8 characters for the key, then one or five each.
    const column = nested.startsWith('[') ? 9 + 99 : 9 + 5 * 99;
    expect(error.message).toBe(`big.json:2:${column}: got level 101 of nesting, expected at most 100`);
  });

  test('comments and commas after last entries are part of a file named .jsonc, and of no other', () => {
    const text = '{ // a note\n"name": "x", /* [{ */ }';
    const document = parseJsonDocument('x.jsonc', text);
    expect(document.value).toEqual({ name: 'x' });
    expect(document.position(['name'], 'value')).toEqual({ line: 2, column: 9 });
    const error = failureOf(() => parseJsonDocument('x.json', text));
    expect(error).toMatchObject({ code: 'CONFIG_SYNTAX', hint: expect.stringContaining('name the file .jsonc') });
    expect(error.message).toBe('x.json:1:3: got "// a note", expected no comment');
    const open = failureOf(() => parseJsonDocument('x.jsonc', '{"name": "x"} /* note'));
    expect(open.message).toContain('expected the end of the comment');
  });

  test('brackets in text do not nest', () => {
    expect(check(JSON.stringify({ name: 'x', description: '[{'.repeat(1000) }))).toMatchObject({ name: 'x' });
  });

  test('config/overrides: a path and a value that nest too deep are USAGE', () => {
    const path = failureOf(() => parseOverride(`${'a.'.repeat(10_000)}b=1`));
    expect(path).toMatchObject({ code: 'USAGE', exitCode: 64 });
    expect(path.message).toMatch(/^--set: got "(a\.){30}…", expected at most 100 levels of nesting$/);
    expect(failureOf(() => parseOverride(`seed=${'['.repeat(200)}${']'.repeat(200)}`)).code).toBe('USAGE');
    // Text that is no JSON stays text.
    expect(parseOverride(`description=${'['.repeat(200)}`).value).toBe('['.repeat(200));
  });

  test('knows the place of each of 200,000 keys', () => {
    const { position } = parseJsonDocument('big.json', `{${lines((index) => `"k${index}": ${index}`)}}`);
    for (let index = 0; index < MANY; index += 1) {
      const found = position([`k${index}`], 'key');
      // The first line begins with the brace.
      if (found?.line !== index + 1 || found.column !== (index === 0 ? 2 : 1)) {
        expect(found).toEqual({ line: index + 1, column: index === 0 ? 2 : 1 });
      }
    }
    expect.assertions(0);
  });

  test('config/load: 200,000 wrong keys are one error that lists the first hundred', () => {
    const error = failureOf(() =>
      check(`{"name":"x","sweep":{"space":{\n${lines((index) => `"training.rate${index}":{"choice":[1]}`)}}}}`),
    );
    expect(error.message).toBe(
      'big.json: got at least 1000 problems, of which 100 are listed, expected a config that fits the schema',
    );
    expect(error.details.problems).toHaveLength(100);
  });

  test('config/load: 200,000 mistakes in nested objects end, with the first of them', () => {
    const features = lines((index) => `"f${index}": {"kind": "embedding"}`);
    const error = failureOf(() =>
      check(
        `{"name":"x","data":{"source":{"type":"files","users":{"path":"u","features":{${features}}},"items":{"path":"i"},"interactions":{"path":"e"}}}}`,
      ),
    );
    expect(error.message).toMatch(/^big\.json:1:\d+: data\.source\.users\.features\.f0\.dim: got nothing/);
  });
});
