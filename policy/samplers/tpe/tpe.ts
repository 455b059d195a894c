/** Tree-structured Parzen estimator: the next trial lies where good ones are dense and others are not. */
import { canonicalJson } from '../../../contracts/canonical-json.ts';
import type { ResolvedSweep } from '../../../contracts/resolved-config.ts';
import type { TrialParams } from '../../../contracts/trial.ts';
import { createRng, deriveSeed, type Rng } from '../../rng.ts';
import type { Space } from '../../space/space.ts';
import { drawPoints } from '../draws.ts';
import type { Sampler } from '../sampler.ts';
import { chooseCandidate } from './candidates.ts';
import { createDensities, type Densities, type Knowledge } from './densities.ts';
import type { Group } from './groups.ts';
import { countFinished } from './split.ts';
import { stagesOf } from './stages.ts';

export interface TpeOptions {
  readonly space: Space;
  readonly settings: ResolvedSweep['tpe'];
  readonly seed: number;
  /** Proposes the first trials. */
  readonly startup: Sampler;
  /** Trials that `startup` proposes whatever is known by then. */
  readonly enqueued: number;
}

/**
 * Outcomes that densities are drawn from at the least. Fewer than the start-up trials: with a lag most of those have not
 * ended when the first proposal is due, and to wait for them would spend the lag on blind draws.
 */
const LEAST_FINISHED = 4;

/** Place of the first trial that can rest on outcomes; all before it are those of the startup sampler. */
export const firstInformedTrial = (
  { startup_trials, proposal_lag }: TpeOptions['settings'],
  enqueued: number,
): number => Math.max(enqueued, startup_trials, proposal_lag + Math.min(LEAST_FINISHED, startup_trials) - 1);

/**
 * Multivariate, with a density for each group of parameters that share a condition, running trials counted as bad ones
 * (Bergstra et al. 2011 and 2013; Falkner et al. 2018 for the joint density; Watanabe 2023 for the parts and what they
 * do). Proposes no point twice. A proposal is drawn from a stream of its own, so that it depends on nothing but seed,
 * index and history.
 */
export const createTpeSampler = ({ space, settings, seed, startup, enqueued }: TpeOptions): Sampler => {
  const stages = stagesOf(space);
  const texts = new WeakMap<TrialParams, string>();
  const textOf = (params: TrialParams): string => {
    const text = texts.get(params) ?? canonicalJson(params);
    texts.set(params, text);
    return text;
  };

  /** null where no draw is feasible and new. */
  const proposeNear = (knowledge: Knowledge, rng: Rng, seen: ReadonlySet<string>): TrialParams | null => {
    const built = new Map<Group, Densities>();
    const densitiesOf = (group: Group): Densities => {
      const densities = built.get(group) ?? createDensities(group, knowledge);
      built.set(group, densities);
      return densities;
    };
    const isNew = (params: TrialParams): boolean => !seen.has(canonicalJson(params));
    return chooseCandidate({ space, stages, densitiesOf, candidates: settings.candidates, rng, isNew });
  };

  const proposeAnew = (rng: Rng, seen: ReadonlySet<string>): TrialParams | null => {
    for (const point of drawPoints(space, () => space.axes.map(() => rng.next()))) {
      if (!seen.has(canonicalJson(point))) {
        return point;
      }
    }
    return null;
  };

  return {
    lag: settings.proposal_lag,
    propose: (index, history) => {
      if (index < Math.max(enqueued, settings.startup_trials)) {
        return startup.propose(index, history);
      }
      const seen = new Set(history.map(({ params }) => textOf(params)));
      const rng = createRng(deriveSeed(seed, `tpe/${index}`));
      const lag = settings.proposal_lag;
      const horizon = index - lag;
      if (countFinished(history, horizon) >= Math.min(LEAST_FINISHED, settings.startup_trials)) {
        return proposeNear({ history, horizon, lag }, rng, seen) ?? proposeAnew(rng, seen);
      }
      const next = startup.propose(index, history);
      return next === null || seen.has(textOf(next)) ? proposeAnew(rng, seen) : next;
    },
  };
};
