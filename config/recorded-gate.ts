/** The gate's settings as experiments keep them among their artifacts, completed as those of a config are. */
import { TtExpError } from '../contracts/errors.ts';
import { isObject } from '../contracts/is-object.ts';
import type { ResolvedConfig } from '../contracts/resolved-config.ts';
import type { FoundGate, RecordedGate } from '../contracts/steps.ts';
import { createConfigSource } from './config-source.ts';
import { checkConfig, defaultConfig } from './load.ts';
import type { Override } from './overrides.ts';

const NAME = 'recorded';

const gateOf = ({ gate, evaluation, seed }: ResolvedConfig): RecordedGate => ({
  gate,
  relevanceThreshold: evaluation.relevance_threshold,
  seed,
});

const check = (value: unknown, overrides: readonly Override[]): RecordedGate => {
  const document = { file: NAME, value, duplicates: [], position: () => null };
  return gateOf(checkConfig(createConfigSource(document, overrides), { trains: null }));
};

interface ReadGate {
  /** A config of nothing but what a gate needs. */
  readonly value: object;
  readonly settings: RecordedGate;
}

/** null for what is no experiment's config, or not one that this version knows. */
const read = (text: string): ReadGate | null => {
  try {
    const config: unknown = JSON.parse(text);
    if (!isObject(config) || !isObject(config.gate)) {
      return null;
    }
    const { seed, evaluation, gate } = config;
    const value = { name: NAME, seed, evaluation, gate };
    return { value, settings: check(value, []) };
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof TtExpError && error.code === 'CONFIG_INVALID')) {
      return null;
    }
    throw error;
  }
};

/** Throws CONFIG_INVALID for overrides that do not go with the defaults. */
export const defaultGate = (overrides: readonly Override[] = []): RecordedGate =>
  gateOf(defaultConfig(NAME, overrides));

/** @param texts artifacts `config.json`: the first that can be read counts, and the defaults where none can */
export const recordedGate = (texts: readonly string[]): FoundGate => {
  for (const text of texts) {
    const known = read(text);
    if (known !== null) {
      return { ...known.settings, isDefault: false };
    }
  }
  return { ...defaultGate(), isDefault: true };
};

/**
 * The same of one artifact, changed by overrides; null where it cannot be read. Throws CONFIG_INVALID for overrides that
 * do not go with it.
 */
export const changedGate = (text: string, overrides: readonly Override[]): RecordedGate | null => {
  const known = read(text);
  return known === null ? null : check(known.value, overrides);
};
