/** The gate's settings from the command line: a config's, or the defaults, and what --set changes of them. */
import { defaultConfig, loadTrainingConfig, parseOverrides, readConfigValue } from '../../config/load.ts';
import { TtExpError } from '../../contracts/errors.ts';
import type { GateSettings } from '../../contracts/local-gate.ts';

export interface GateSettingsOptions {
  readonly config?: string;
  readonly set: readonly string[];
}

export interface ReadGateSettings extends GateSettings {
  /** Where somebody has named it; else null. */
  readonly modelName: string | null;
}

const MODEL_NAME = ['gate', 'model_name'];

/** Throws USAGE for another setting than the gate's, and whatever is wrong with the config. */
export const readGateSettings = async ({ config: file, set }: GateSettingsOptions): Promise<ReadGateSettings> => {
  const overrides = parseOverrides(set);
  const other = overrides.find(({ path }) => path[0] !== 'gate');
  if (other !== undefined) {
    throw new TtExpError('USAGE', `${other.source}: got ${other.path.join('.')}, expected a setting of the gate`, {
      hint: 'For example: --set gate.min_improvement=0.005. docs/reference.md lists the settings of `gate`.',
    });
  }
  const isNamed = overrides.some(({ path }) => path.join('.') === MODEL_NAME.join('.'));
  if (file === undefined) {
    const { gate } = defaultConfig('gate', overrides);
    return { gate, relevanceThreshold: null, seed: null, modelName: isNamed ? gate.model_name : null };
  }
  const { gate, evaluation, seed } = await loadTrainingConfig(file, overrides, []);
  const isInFile = (await readConfigValue(file, MODEL_NAME)) !== undefined;
  return {
    gate,
    relevanceThreshold: evaluation.relevance_threshold,
    seed,
    modelName: isNamed || isInFile ? gate.model_name : null,
  };
};
