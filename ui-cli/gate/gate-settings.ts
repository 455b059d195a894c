/** The gate's settings from the command line: a config's, or those of the model's experiment, and what --set changes. */
import { loadTrainingConfig, parseOverrides, readConfigValue } from '../../config/load.ts';
import { TtExpError } from '../../contracts/errors.ts';
import type { AskedGateSettings } from '../../contracts/local-gate.ts';

export interface GateSettingsOptions {
  readonly config?: string;
  readonly set: readonly string[];
}

export interface ReadGateSettings {
  readonly settings: AskedGateSettings;
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
  const named = overrides.findLast(({ path }) => path.join('.') === MODEL_NAME.join('.'));
  if (file === undefined) {
    return { settings: { kind: 'recorded' }, modelName: named === undefined ? null : String(named.value) };
  }
  const { gate, evaluation, seed } = await loadTrainingConfig(file, overrides);
  const isInFile = (await readConfigValue(file, MODEL_NAME)) !== undefined;
  return {
    settings: { kind: 'config', file, gate, relevanceThreshold: evaluation.relevance_threshold, seed },
    modelName: named !== undefined || isInFile ? gate.model_name : null,
  };
};
