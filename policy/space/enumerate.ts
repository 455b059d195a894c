/** Every point of a space, in order. */
import { TtExpError } from '../../contracts/errors.ts';
import type { ParameterValue, TrialParams } from '../../contracts/trial.ts';
import { domainSize, valueAtPlace } from './domain.ts';
import type { Axis, Space } from './space.ts';

const sizeOf = ({ key, domain }: Axis): number => {
  const size = domainSize(domain);
  if (size === null) {
    throw new TtExpError('CONFIG_INVALID', `sweep.space: ${key}: a grid over a float range got no step, expected one`, {
      hint: 'Add "step", list the values with "choice", or set "sampler": "random".',
    });
  }
  return size;
};

/** Each point once, the last axis varying fastest. Lazy: a grid of millions costs what is taken of it. Throws CONFIG_INVALID for a continuous range. */
export function* enumeratePoints(space: Space): Generator<TrialParams, void> {
  const sizes = space.axes.map(sizeOf);
  function* below(depth: number, params: Readonly<Record<string, ParameterValue>>): Generator<TrialParams, void> {
    const axis = space.axes[depth];
    if (axis === undefined) {
      yield params;
      return;
    }
    for (let place = 0; place < (sizes[depth] ?? 0); place += 1) {
      const value = valueAtPlace(axis.domain, place);
      if (value !== undefined) {
        yield* below(depth + 1, { ...params, [axis.key]: value });
      }
    }
  }
  if (space.axes.length > 0) {
    yield* below(0, {});
  }
}
