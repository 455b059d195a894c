/** A training like another one, but for its seed. */
import type { TrialSettings } from '../../contracts/trial.ts';
import { deriveSeed } from '../rng.ts';

/**
 * Seeds in configs are 31 bits and not negative.
 * @param settings of the trial itself
 * @param replicate from 2: the first one is the trial itself
 */
export const replicateSettings = (settings: TrialSettings, replicate: number): TrialSettings => ({
  ...settings,
  seed: deriveSeed(settings.seed, `replicate ${replicate}`) >>> 1,
});
