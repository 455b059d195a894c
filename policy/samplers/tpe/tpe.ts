/** Tree-structured Parzen estimator: the next trial lies where good ones are dense and others are not. */
import { canonicalJson } from '../../../contracts/canonical-json.ts';
import type { ResolvedSweep } from '../../../contracts/resolved-config.ts';
import type { TrialParams } from '../../../contracts/trial.ts';
import { createRng, deriveSeed, type Rng } from '../../rng.ts';
import { type Axis, findViolated, isActive, type Space } from '../../space/space.ts';
import { drawPoints } from '../draws.ts';
import type { Sampler } from '../sampler.ts';
import { chooseCandidate } from './candidates.ts';
import { type Group, groupAxes } from './groups.ts';
import { type SplitTrials, splitTrials } from './split.ts';

export interface TpeOptions {
  readonly space: Space;
  readonly settings: ResolvedSweep['tpe'];
  readonly seed: number;
  /** Proposes the first trials. */
  readonly startup: Sampler;
  /** Trials that `startup` proposes whatever is known by then. */
  readonly enqueued: number;
}

interface Stage {
  readonly group: Group;
  readonly later: readonly Group[];
  /** Axes whose constraints can be judged once this group is decided. */
  readonly decided: readonly Axis[];
}

const stagesOf = (space: Space): readonly Stage[] => {
  const groups = groupAxes(space);
  return groups.map((group, place) => {
    const keys = new Set(groups.slice(0, place + 1).flatMap((axes) => axes.map(({ key }) => key)));
    const open = space.axes.findIndex(({ key }) => !keys.has(key));
    return { group, later: groups.slice(place + 1), decided: open < 0 ? space.axes : space.axes.slice(0, open) };
  });
};

/**
 * Multivariate, with a density for each group of parameters that share a condition, running trials counted as bad ones
 * (Bergstra et al. 2011 and 2013; Falkner et al. 2018 for the joint density; Watanabe 2023 for the parts and their
 * settings, which are those of Optuna 5). Proposes no point twice. A proposal is drawn from a stream of its own, so
 * that it depends on nothing but seed, index and history.
 */
export const createTpeSampler = ({ space, settings, seed, startup, enqueued }: TpeOptions): Sampler => {
  const stages = stagesOf(space);
  const texts = new WeakMap<TrialParams, string>();
  const textOf = (params: TrialParams): string => {
    const text = texts.get(params) ?? canonicalJson(params);
    texts.set(params, text);
    return text;
  };

  const isIn = ([axis]: Group, params: TrialParams): boolean => isActive(space, axis, params);

  /** Stage by stage; null where one has no candidate that is feasible and new. */
  const proposeNear = (split: SplitTrials, rng: Rng, seen: ReadonlySet<string>): TrialParams | null => {
    let params: TrialParams = {};
    for (const { group, later, decided } of stages) {
      const isWanted = (candidate: TrialParams): boolean =>
        decided.every((axis) => findViolated(space, axis, candidate) === null) &&
        (later.some((next) => isIn(next, candidate)) || !seen.has(canonicalJson(candidate)));
      if (isIn(group, params)) {
        const chosen = chooseCandidate({ group, params, split, candidates: settings.candidates, rng, isWanted });
        if (chosen === null) {
          return null;
        }
        params = chosen;
      } else if (!isWanted(params)) {
        return null;
      }
    }
    return params;
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
      const split = splitTrials(history, index - settings.proposal_lag);
      const isKnown = split.finished >= settings.startup_trials;
      return (isKnown ? proposeNear(split, rng, seen) : null) ?? proposeAnew(rng, seen);
    },
  };
};
