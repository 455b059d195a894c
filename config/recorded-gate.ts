/** The gate's settings as experiments keep them among their artifacts, completed as those of a config are. */
import { TtExpError } from '../contracts/errors.ts';
import type { ResolvedConfig } from '../contracts/resolved-config.ts';
import type { RecordedGate } from '../contracts/steps.ts';
import { createConfigSource } from './config-source.ts';
import { checkConfig, defaultConfig } from './load.ts';
import { isObject } from './schema.ts';

const NAME = 'recorded';

const gateOf = ({ gate, evaluation, seed }: ResolvedConfig): RecordedGate => ({
  gate,
  relevanceThreshold: evaluation.relevance_threshold,
  seed,
});

/** null for what is no experiment's config, or not one that this version knows. */
const read = (text: string): RecordedGate | null => {
  try {
    const config: unknown = JSON.parse(text);
    if (!isObject(config) || !isObject(config.gate)) {
      return null;
    }
    const { seed, evaluation, gate } = config;
    const value = { name: NAME, seed, evaluation, gate };
    return gateOf(checkConfig(createConfigSource({ file: NAME, value, duplicates: [], position: () => null }, [])));
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof TtExpError && error.code === 'CONFIG_INVALID')) {
      return null;
    }
    throw error;
  }
};

/** @param texts artifacts `config.json`: the first that can be read counts, and the defaults where none can */
export const recordedGate = (texts: readonly string[]): RecordedGate => {
  for (const text of texts) {
    const settings = read(text);
    if (settings !== null) {
      return settings;
    }
  }
  return gateOf(defaultConfig(NAME));
};
