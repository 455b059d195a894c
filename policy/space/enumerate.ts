/** Every point of a space, in order. */
import { elementAt } from '../../contracts/element-at.ts';
import { TtExpError } from '../../contracts/errors.ts';
import type { TrialParams } from '../../contracts/trial.ts';
import { domainSize, valueAtPlace } from './domain.ts';
import { type Axis, findViolated, isActive, type Space, type Visit } from './space.ts';

const sizeOf = ({ key, domain }: Axis): number => {
  const size = domainSize(domain);
  if (size === null) {
    throw new TtExpError('CONFIG_INVALID', `sweep.space: ${key}: a grid over a float range needs a step`, {
      hint: 'Add "step", list the values with "choice", or set "sampler": "random".',
    });
  }
  return size;
};

/**
 * Each point once, the last axis varying fastest, and each refused beginning of points once. Lazy: a grid of millions
 * costs what is taken of it. Throws CONFIG_INVALID for a continuous range.
 */
export function* visitGrid(space: Space): Generator<Visit, void> {
  const sizes = space.axes.map(sizeOf);
  function* decide(depth: number, params: TrialParams): Generator<Visit, void> {
    const axis = space.axes[depth];
    if (axis === undefined) {
      yield { kind: 'point', params };
    } else if (!isActive(space, axis, params)) {
      yield* judge(axis, depth, params);
    } else {
      for (let place = 0; place < elementAt(sizes, depth); place += 1) {
        const value = valueAtPlace(axis.domain, place);
        if (value !== undefined) {
          yield* judge(axis, depth, { ...params, [axis.key]: value });
        }
      }
    }
  }
  function* judge(axis: Axis, depth: number, params: TrialParams): Generator<Visit, void> {
    const by = findViolated(space, axis, params);
    if (by === null) {
      yield* decide(depth + 1, params);
    } else {
      yield { kind: 'refused', by };
    }
  }
  if (space.axes.length > 0) {
    yield* decide(0, {});
  }
}

/** Refusals in a row after which nothing more is looked for: some seconds, the time that a workflow task has. */
const MAX_REFUSALS = 200_000;

/** The points alone; ends early where constraints leave nothing over a long stretch. */
export function* enumeratePoints(space: Space): Generator<TrialParams, void> {
  let refusals = 0;
  for (const visit of visitGrid(space)) {
    refusals = visit.kind === 'point' ? 0 : refusals + 1;
    if (visit.kind === 'point') {
      yield visit.params;
    } else if (refusals >= MAX_REFUSALS) {
      return;
    }
  }
}
