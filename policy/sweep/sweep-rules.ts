/** From a config to the rules of its sweep. */
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import type { TrialParams } from '../../contracts/trial.ts';
import { createSampler } from '../samplers/create-sampler.ts';
import type { Sampler } from '../samplers/sampler.ts';
import { createScheduler } from '../schedulers/create-scheduler.ts';
import { createNone } from '../schedulers/none.ts';
import { MAX_TRIALS, trialSettings } from '../trial-plan.ts';
import type { SweepRules } from './sweep.ts';

/** An experiment without a sweep: one trial with the settings of the config. */
const SINGLE: Sampler = { lag: null, propose: (index) => (index === 0 ? {} : null) };

/** Trials with the same parameters, each to its end. */
export const replicateRules = (config: ResolvedConfig, params: TrialParams): SweepRules => {
  const maxEpochs = trialSettings(config, params).training.num_epochs;
  return {
    sampler: { lag: null, propose: () => params },
    scheduler: createNone(maxEpochs),
    mode: 'ordered',
    maxTrials: config.gate.replicates - 1,
    maxEpochsOf: () => maxEpochs,
  };
};

export const sweepRules = (config: ResolvedConfig): SweepRules => {
  const { sweep, seed } = config;
  const maxEpochs = trialSettings(config, {}).training.num_epochs;
  return {
    sampler: sweep === null ? SINGLE : createSampler(sweep, seed),
    scheduler: sweep === null ? createNone(maxEpochs) : createScheduler(sweep.scheduler, maxEpochs),
    mode: sweep?.scheduler.mode ?? 'ordered',
    maxTrials: sweep === null ? 1 : (sweep.max_trials ?? MAX_TRIALS),
    // Asked for every trial of a sweep of thousands, whenever somebody looks.
    maxEpochsOf: (params: TrialParams) =>
      'training.num_epochs' in params ? trialSettings(config, params).training.num_epochs : maxEpochs,
  };
};
