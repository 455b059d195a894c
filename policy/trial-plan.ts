/** From a config to its list of trials: a pure function, so a plan can be shown before anything starts. */
import { TtExpError } from '../contracts/errors.ts';
import { trialIdOf } from '../contracts/ids.ts';
import type { ResolvedConfig } from '../contracts/resolved-config.ts';
import type { TrialParams, TrialSettings } from '../contracts/trial.ts';
import { createSampler } from './samplers/create-sampler.ts';
import { spaceSize } from './space/size.ts';

export interface PlannedTrial {
  /** `trial-000`, `trial-001`, … in the order of the plan. */
  readonly trialId: string;
  readonly params: TrialParams;
  readonly settings: TrialSettings;
}

/** Trials of one experiment at most; guards against a grid of millions. */
export const MAX_TRIALS = 10_000;

/** Trials whose parameters are known before anything has run. */
const knownPoints = ({ sweep, seed }: ResolvedConfig): readonly TrialParams[] => {
  if (sweep === null) {
    return [{}];
  }
  const sampler = createSampler(sweep, seed);
  const known = sampler.lag === null ? MAX_TRIALS : Math.max(sweep.tpe.startup_trials, sweep.enqueue.length);
  const points: TrialParams[] = [];
  while (points.length < Math.min(known, sweep.max_trials ?? MAX_TRIALS)) {
    const point = sampler.propose(points.length, []);
    if (point === null) {
      break;
    }
    points.push(point);
  }
  return points;
};

/** How many trials a sweep comes to if none of its limits but `max_trials` ends it. */
export const countTrials = (config: ResolvedConfig): number => {
  const { sweep } = config;
  if (sweep === null || createSampler(sweep, config.seed).lag === null) {
    return knownPoints(config).length;
  }
  const points = spaceSize(sweep);
  return Math.min(
    sweep.max_trials ?? MAX_TRIALS,
    points === null ? Number.POSITIVE_INFINITY : points + sweep.enqueue.length,
  );
};

type Tree = Readonly<Record<string, unknown>>;

/** A copy of `tree` with one value in its place; objects on the way are copied or made. */
const withValue = (tree: Tree, [key = '', ...rest]: readonly string[], value: unknown): Tree => ({
  ...tree,
  [key]: rest.length === 0 ? value : withValue((tree[key] ?? {}) as Tree, rest, value),
});

/** Settings of one trial: the experiment's own, over them the sweep's fixed values and then the trial's parameters, however deep. */
export const trialSettings = (config: ResolvedConfig, params: TrialParams): TrialSettings => {
  // Checks before a training change nothing of its result.
  const { preflight: _, ...training } = config.training;
  const own = { model: config.model, training };
  const changed = Object.entries({ ...config.sweep?.fixed, ...params }).reduce<Tree>(
    (tree, [key, value]) => withValue(tree, key.split('.'), value),
    own,
  );
  return {
    ...(changed as unknown as Pick<TrialSettings, 'model' | 'training'>),
    seed: config.seed,
    relevanceThreshold: config.evaluation.relevance_threshold,
  };
};

/**
 * All trials, in order; with a sampler that goes by outcomes only its first ones, which do not. Throws SPACE_EMPTY
 * when the search space has no point.
 */
export const planTrials = (config: ResolvedConfig): readonly PlannedTrial[] => {
  const points = knownPoints(config);
  if (points.length === 0) {
    throw new TtExpError('SPACE_EMPTY', 'sweep.space: the space has no points', {
      hint: 'Give each parameter at least one value: "choice" with a value, or a range with low <= high.',
    });
  }
  return points.map((params, index) => ({
    trialId: trialIdOf(index),
    params,
    settings: trialSettings(config, params),
  }));
};
