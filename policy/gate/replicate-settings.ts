/** A training like another one, but for its seed. */
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import type { TrialParams, TrialSettings } from '../../contracts/trial.ts';
import { deriveSeed } from '../rng.ts';
import { trialSettings } from '../trial-plan.ts';

/**
 * Seeds in configs are 31 bits and not negative.
 * @param replicate from 2: the first one is the trial itself
 */
export const replicateSettings = (config: ResolvedConfig, params: TrialParams, replicate: number): TrialSettings => {
  const settings = trialSettings(config, params);
  return { ...settings, seed: deriveSeed(settings.seed, `replicate ${replicate}`) >>> 1 };
};
