/** From a config to the rules of its sweep. */
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import type { TrialParams } from '../../contracts/trial.ts';
import { createSampler } from '../samplers/create-sampler.ts';
import type { Sampler } from '../samplers/sampler.ts';
import { createScheduler } from '../schedulers/create-scheduler.ts';
import { MAX_TRIALS, trialSettings } from '../trial-plan.ts';
import type { SweepRules } from './sweep.ts';

/** An experiment without a sweep: one trial with the settings of the config. */
const SINGLE: Sampler = { lag: null, propose: (index) => (index === 0 ? {} : null) };

const NO_SCHEDULER = {
  type: 'none',
  min_epochs: 1,
  reduction: 3,
  interval_epochs: 5,
  warmup_trials: 1,
  rungs_without_gain: 1,
  min_gain: 0,
  mode: 'ordered',
} as const;

export const sweepRules = (config: ResolvedConfig): SweepRules => {
  const { sweep, seed } = config;
  const scheduler = sweep?.scheduler ?? NO_SCHEDULER;
  return {
    sampler: sweep === null ? SINGLE : createSampler(sweep, seed),
    scheduler: createScheduler(scheduler, trialSettings(config, {}).training.num_epochs),
    mode: scheduler.mode,
    maxTrials: sweep === null ? 1 : (sweep.max_trials ?? MAX_TRIALS),
    maxEpochsOf: (params: TrialParams) => trialSettings(config, params).training.num_epochs,
  };
};
