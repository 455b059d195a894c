import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configDigest } from '../../../config/digest.ts';
import { parseJsonDocument } from '../../../config/json-document.ts';
import { type JsonPath, valueAt } from '../../../config/json-path.ts';
import { applyOverrides, formatOverride, parseOverride } from '../../../config/overrides.ts';
import { resolveConfig } from '../../../config/resolve.ts';
import { experimentSchema, validateExperiment } from '../../../config/schema.ts';
import { canonicalJson } from '../../../contracts/canonical-json.ts';
import type { ExperimentConfig } from '../../../contracts/experiment-config.ts';

/** Negative zero has no JSON of its own. */
const jsonValue = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const jsonObject = fc.dictionary(fc.string(), jsonValue).map((value) => JSON.parse(JSON.stringify(value)) as object);

/** Valid values of places all over the config. */
const SETTING: readonly (readonly [JsonPath, fc.Arbitrary<unknown>])[] = [
  [['seed'], fc.nat(2_147_483_647)],
  [['description'], fc.string({ maxLength: 100 })],
  [['data', 'split', 'method'], fc.constantFrom('random', 'temporal')],
  [['data', 'min_coverage'], fc.double({ min: 0, max: 1, noNaN: true })],
  [['data', 'source', 'users'], fc.integer({ min: 10, max: 1_000_000 })],
  [['model', 'hidden_dims'], fc.array(fc.integer({ min: 1, max: 8192 }), { maxLength: 8 })],
  [['training', 'learning_rate'], fc.double({ min: 1e-12, max: 10, noNaN: true })],
  [['gate', 'require_approval'], fc.boolean()],
  [['sweep', 'space'], fc.constant({ 'model.embedding_dim': { choice: [8, 16] } })],
];
const setting = fc.oneof(
  ...SETTING.map(([path, value]) => value.map((one) => [path, JSON.parse(JSON.stringify(one)) as unknown] as const)),
);
const settings = fc.array(setting, { maxLength: 6 });

const configOf = (values: readonly (readonly [JsonPath, unknown])[]): ExperimentConfig =>
  applyOverrides(
    { name: 'x' },
    values.map(([path, value]) => parseOverride(formatOverride(path, value))),
  ) as ExperimentConfig;

describe('config laws', () => {
  test('config/overrides: override then print is the identity, for any place and value', () => {
    const key = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('a.b', '[0]', '"', '\\', '__proto__', 'seed'));
    const path = fc
      .array(fc.oneof(key, fc.nat(99)), { minLength: 1, maxLength: 4 })
      .filter(([first]) => typeof first === 'string');
    fc.assert(
      fc.property(path, jsonValue, (at, value) => {
        fc.pre(!(at[0] === 'sweep' && at[1] === 'space'));
        const text = formatOverride(at, value);
        const parsed = parseOverride(text);
        expect(parsed.path).toEqual(at);
        expect(parsed.value).toEqual(value);
        expect(formatOverride(parsed.path, parsed.value)).toBe(text);
      }),
    );
  });

  test('config/overrides: an override sets its place and nothing else; setting what is there changes nothing', () => {
    fc.assert(
      fc.property(settings, setting, (values, [path, value]) => {
        const config = configOf(values);
        const changed = applyOverrides(config, [parseOverride(formatOverride(path, value))]);
        expect(valueAt(changed, path)).toEqual(value);
        const back = valueAt(config, path);
        if (back !== undefined) {
          const restored = applyOverrides(changed, [parseOverride(formatOverride(path, back))]);
          expect(restored).toEqual(config);
        }
      }),
    );
  });

  test('config/resolve: what it makes is valid, complete and a fixed point', () => {
    fc.assert(
      fc.property(settings, (values) => {
        // A block that is left out is null, which no config file says.
        const { sweep, notify, ...rest } = resolveConfig(configOf(values));
        expect(notify).toBeNull();
        const { base: _, ...settings } = sweep ?? {};
        const asConfig = (
          sweep === null ? rest : { ...rest, sweep: { ...settings, max_trials: 3 } }
        ) as ExperimentConfig;
        expect(validateExperiment(asConfig)).toBe(true);
        expect(Object.keys(rest)).toEqual(
          Object.keys(experimentSchema.properties ?? {}).filter((key) => !['$schema', 'sweep', 'notify'].includes(key)),
        );
        expect(canonicalJson(resolveConfig(rest as ExperimentConfig))).toBe(
          canonicalJson({ ...rest, sweep: null, notify: null }),
        );
      }),
    );
  });

  test('config/digest: does not depend on the order of keys', () => {
    const reversed = (value: unknown): unknown =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, item]) => [key, reversed(item)]),
          )
        : value;
    fc.assert(
      fc.property(settings, (values) => {
        const config = configOf(values);
        expect(configDigest(resolveConfig(reversed(config) as ExperimentConfig))).toBe(
          configDigest(resolveConfig(config)),
        );
      }),
    );
  });

  test('config/json-document: reads every value as JSON.parse does', () => {
    fc.assert(
      fc.property(jsonValue, fc.constantFrom(undefined, 2, '\t'), (value, space) => {
        expect(parseJsonDocument('f', JSON.stringify(value, null, space)).value).toEqual(value);
      }),
    );
  });

  test('config/json-document: refuses exactly the texts that JSON.parse refuses', () => {
    const accepts = (parse: () => unknown): boolean => {
      try {
        parse();
        return true;
      } catch {
        return false;
      }
    };
    const damaged = fc
      .tuple(
        jsonObject,
        fc.nat(),
        fc.constantFrom('', ',', '"', '}', '[', ':', '0', '-', '.', 'e', '\\', '\n', '/', 'x', '\u0000'),
      )
      .map(([value, at, junk]) => {
        const text = JSON.stringify(value, null, 1);
        const index = at % (text.length + 1);
        return `${text.slice(0, index)}${junk}${text.slice(junk === '' ? index + 1 : index)}`;
      });
    fc.assert(
      fc.property(damaged, (text) => {
        expect(accepts(() => parseJsonDocument('f', text))).toBe(accepts(() => JSON.parse(text)));
      }),
      { numRuns: 500 },
    );
  });

  test('config/json-document: every key stands where its position says', () => {
    fc.assert(
      fc.property(jsonObject, (value) => {
        const text = JSON.stringify(value, null, 2);
        const document = parseJsonDocument('f', text);
        for (const key of Object.keys(value)) {
          const position = document.position([key], 'key');
          const line = text.split('\n')[(position?.line ?? 0) - 1] ?? '';
          expect(line.slice((position?.column ?? 0) - 1).startsWith(JSON.stringify(key))).toBe(true);
        }
      }),
    );
  });
});
