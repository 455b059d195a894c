/** From a config to its list of trials: a pure function, so a plan can be shown before anything starts. */
import { TtExpError } from '../contracts/errors.ts';
import type { ResolvedConfig } from '../contracts/resolved-config.ts';
import type { TrialParams, TrialSettings } from '../contracts/trial.ts';
import { createRng, deriveSeed } from './rng.ts';
import { drawRandom, enumerateGrid } from './search-space.ts';

export interface PlannedTrial {
  /** `trial-000`, `trial-001`, … in the order of the plan. */
  readonly trialId: string;
  readonly params: TrialParams;
  readonly settings: TrialSettings;
}

/** Trials of one experiment at most; guards against a grid of millions. */
export const MAX_TRIALS = 10_000;

const sweepPoints = (config: ResolvedConfig): readonly TrialParams[] => {
  const { sweep } = config;
  if (sweep === null) {
    return [{}];
  }
  if (sweep.sampler === 'grid') {
    return enumerateGrid(sweep.space, sweep.max_trials ?? MAX_TRIALS);
  }
  return drawRandom(sweep.space, sweep.max_trials ?? 1, createRng(deriveSeed(config.seed, 'sampler')));
};

/** Settings of one trial: the experiment's own, with the trial's parameters in their places. */
export const trialSettings = (config: ResolvedConfig, params: TrialParams): TrialSettings => {
  const section = (name: 'model' | 'training'): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(params)
        .filter(([key]) => key.startsWith(`${name}.`))
        .map(([key, value]) => [key.slice(name.length + 1), value]),
    );
  // Checks before a training change nothing of its result.
  const { preflight: _, ...training } = config.training;
  return {
    seed: config.seed,
    model: { ...config.model, ...section('model') },
    training: { ...training, ...section('training') },
    relevanceThreshold: config.evaluation.relevance_threshold,
  };
};

/** All trials, in order. Throws SPACE_EMPTY when the search space has no point. */
export const planTrials = (config: ResolvedConfig): readonly PlannedTrial[] => {
  const points = sweepPoints(config);
  if (points.length === 0) {
    throw new TtExpError('SPACE_EMPTY', 'sweep.space: got a space without a single point, expected at least one', {
      hint: 'Give each parameter at least one value: "choice" with a value, or a range with low <= high.',
    });
  }
  return points.map((params, index) => ({
    trialId: `trial-${String(index).padStart(3, '0')}`,
    params,
    settings: trialSettings(config, params),
  }));
};
