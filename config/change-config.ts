/** A config that was checked once, changed and checked again. */
import type { ResolvedConfig } from '../contracts/resolved-config.ts';
import { createConfigSource } from './config-source.ts';
import { checkConfig, parseOverrides } from './load.ts';
import type { Override } from './overrides.ts';
import { experimentSchema, isObject } from './schema.ts';

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

/** As a file would say it, without what only a resolved config has. */
const asDocument = ({ sweep, ...rest }: ResolvedConfig): object => {
  const config = { ...rest, data: dataOf({ sweep, ...rest }) };
  if (sweep === null) {
    return config;
  }
  const known = experimentSchema.$defs?.sweep?.properties ?? {};
  const entries = Object.entries(sweep).filter(
    ([key, value]) => Object.hasOwn(known, key) && !(key === 'max_trials' && value === null),
  );
  return { ...config, sweep: Object.fromEntries(entries) };
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
  return checkConfig(createConfigSource(document, parseOverrides(overrides)));
};
