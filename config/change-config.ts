/** A config that was checked once, changed and checked again. */
import { isObject } from '../contracts/is-object.ts';
import type { ResolvedConfig, ResolvedSweep } from '../contracts/resolved-config.ts';
import { createConfigSource } from './config-source.ts';
import { checkConfig, parseOverrides } from './load.ts';
import type { Override } from './overrides.ts';
import { experimentSchema } from './schema.ts';

/** Tables of a database have no file format; only a default can have brought one. `features` is a map of names. */
const withoutFormats = (value: unknown, isMap = false): unknown =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value)
          .filter(([key]) => isMap || (key !== 'format' && key !== 'csv'))
          .map(([key, item]) => [key, withoutFormats(item, key === 'features')]),
      )
    : value;

const dataOf = ({ data }: ResolvedConfig): object =>
  data.source.type === 'files' ? data : { ...data, source: withoutFormats(data.source) };

const sweepOf = (sweep: ResolvedSweep): object => {
  const known = experimentSchema.$defs?.sweep?.properties ?? {};
  const entries = Object.entries(sweep).filter(
    ([key, value]) => Object.hasOwn(known, key) && !(key === 'max_trials' && value === null),
  );
  return Object.fromEntries(entries);
};

/** As a file would say it, without what only a resolved config has: a block that is null stands for one left out. */
const asDocument = (config: ResolvedConfig): object => {
  const { sweep } = config;
  const whole = { ...config, data: dataOf(config), sweep: sweep === null ? null : sweepOf(sweep) };
  return Object.fromEntries(Object.entries(whole).filter(([, block]) => block !== null));
};

/**
 * Without overrides the same config again.
 * @param source where the config comes from, for messages
 * Throws USAGE (malformed override), CONFIG_INVALID, SPACE_EMPTY.
 */
export const changeConfig = (
  config: ResolvedConfig,
  overrides: readonly (string | Override)[],
  source: string,
): ResolvedConfig => {
  const document = { file: source, value: asDocument(config), duplicates: [], position: () => null };
  const parsed = parseOverrides(overrides);
  return checkConfig(createConfigSource(document, parsed), { effective: parsed, trains: 'sweep' });
};
