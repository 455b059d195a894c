/** Tree-structured Parzen estimator: the next trial lies where good ones are dense and others are not. */
import { canonicalJson } from '../../../contracts/canonical-json.ts';
import type { ResolvedSweep } from '../../../contracts/resolved-config.ts';
import type { TrialRecord } from '../../../contracts/sweep.ts';
import type { TrialParams } from '../../../contracts/trial.ts';
import { createRng, deriveSeed, type Rng } from '../../rng.ts';
import { type Axis, findViolated, isActive, type Space } from '../../space/space.ts';
import { drawPoints } from '../draws.ts';
import type { Sampler } from '../sampler.ts';
import { chooseCandidate } from './candidates.ts';
import { type Group, groupAxes, positionsIn } from './groups.ts';
import { countFinished, splitTrials } from './split.ts';

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

/** What is known when a trial is proposed. */
interface Knowledge {
  readonly history: readonly TrialRecord[];
  /** The last trial whose outcome counts. */
  readonly horizon: number;
  /** Texts of the points that were proposed. */
  readonly seen: ReadonlySet<string>;
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
 * settings, which are those of Optuna 5). Good and bad are told apart anew in each group, among the trials that have a
 * part in it: a branch that was never among the best of all could not learn otherwise, and would stay so. Proposes no point twice. A proposal is drawn from a stream of its own, so
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
  const proposeNear = ({ history, horizon, seen }: Knowledge, rng: Rng): TrialParams | null => {
    let params: TrialParams = {};
    for (const { group, later, decided } of stages) {
      const isWanted = (candidate: TrialParams): boolean =>
        decided.every((axis) => findViolated(space, axis, candidate) === null) &&
        (later.some((next) => isIn(next, candidate)) || !seen.has(canonicalJson(candidate)));
      if (isIn(group, params)) {
        const peers = history.filter((record) => positionsIn(group, record.params) !== null);
        const split = splitTrials(peers, horizon);
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
      const horizon = index - settings.proposal_lag;
      if (countFinished(history, horizon) >= Math.min(LEAST_FINISHED, settings.startup_trials)) {
        return proposeNear({ history, horizon, seen }, rng) ?? proposeAnew(rng, seen);
      }
      const next = startup.propose(index, history);
      return next === null || seen.has(textOf(next)) ? proposeAnew(rng, seen) : next;
    },
  };
};
