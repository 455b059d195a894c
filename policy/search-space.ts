/** Search spaces: how many points there are, all of them in order, or independent draws. */
import { canonicalJson } from '../contracts/canonical-json.ts';
import { TtExpError } from '../contracts/errors.ts';
import type { SearchParameter, SearchRange } from '../contracts/experiment-config.ts';
import type { ParameterValue, TrialParams } from '../contracts/trial.ts';
import type { Rng } from './rng.ts';

export type SearchSpace = Readonly<Record<string, SearchParameter>>;

/** Draws that only repeat earlier points end a random search over a small space after this many in a row. */
const MAX_REPEATED_DRAWS = 1000;

/** Twelve significant digits: removes the noise of low + k * step without touching values that a person wrote. */
const round = (value: number): number => Number(value.toPrecision(12));

const rangeValues = (key: string, range: SearchRange, isInteger: boolean): number[] => {
  const step = range.step ?? (isInteger ? 1 : undefined);
  if (step === undefined) {
    throw new TtExpError('CONFIG_INVALID', `sweep.space: ${key}: a grid over a float range got no step, expected one`, {
      hint: 'Add "step", list the values with "choice", or set "sampler": "random".',
    });
  }
  const count = Math.floor((range.high - range.low) / step + 1e-9) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => round(range.low + index * step));
};

const gridValues = (key: string, parameter: SearchParameter): readonly ParameterValue[] => {
  if (parameter.choice !== undefined) {
    return parameter.choice as readonly ParameterValue[];
  }
  if (parameter.int !== undefined) {
    return rangeValues(key, parameter.int, true);
  }
  return parameter.float === undefined ? [] : rangeValues(key, parameter.float, false);
};

/** Number of points of a grid; 0 when the space is empty. */
export const gridSize = (space: SearchSpace): number => {
  const entries = Object.entries(space);
  return entries.length === 0
    ? 0
    : entries.reduce((product, [key, parameter]) => product * gridValues(key, parameter).length, 1);
};

/** Every point once, the last key varying fastest; keys in the order of the config. */
export const enumerateGrid = (space: SearchSpace, limit: number): readonly TrialParams[] => {
  const keys = Object.keys(space);
  const values = keys.map((key) => gridValues(key, space[key] ?? {}));
  const total = Math.min(gridSize(space), limit);
  return Array.from({ length: total }, (_, index) => {
    let rest = index;
    const picked: [string, ParameterValue][] = [];
    for (let axis = keys.length - 1; axis >= 0; axis -= 1) {
      const axisValues = values[axis] ?? [];
      const value = axisValues[rest % axisValues.length];
      rest = Math.floor(rest / axisValues.length);
      if (value !== undefined) {
        picked.unshift([keys[axis] ?? '', value]);
      }
    }
    return Object.fromEntries(picked);
  });
};

const drawRange = (range: SearchRange, isInteger: boolean, rng: Rng): number => {
  const { low, high, step } = range;
  if (step !== undefined || isInteger) {
    const stride = step ?? 1;
    const count = Math.floor((high - low) / stride + 1e-9) + 1;
    if (range.log === true) {
      const value = Math.exp(Math.log(low) + rng.next() * (Math.log(high) - Math.log(low)));
      return round(low + Math.min(count - 1, Math.round((value - low) / stride)) * stride);
    }
    return round(low + rng.below(count) * stride);
  }
  if (range.log === true) {
    return round(Math.exp(Math.log(low) + rng.next() * (Math.log(high) - Math.log(low))));
  }
  return round(low + rng.next() * (high - low));
};

const draw = (parameter: SearchParameter, rng: Rng): ParameterValue | undefined => {
  if (parameter.choice !== undefined) {
    return parameter.choice[rng.below(parameter.choice.length)] as ParameterValue;
  }
  if (parameter.int !== undefined) {
    return drawRange(parameter.int, true, rng);
  }
  return parameter.float === undefined ? undefined : drawRange(parameter.float, false, rng);
};

/** Up to `count` distinct independent draws; fewer when the space seems exhausted. A function of space and rng alone. */
export const drawRandom = (space: SearchSpace, count: number, rng: Rng): readonly TrialParams[] => {
  const points: TrialParams[] = [];
  const seen = new Set<string>();
  let repeated = 0;
  while (points.length < count && repeated < MAX_REPEATED_DRAWS) {
    const entries = Object.entries(space).flatMap(([key, parameter]) => {
      const value = draw(parameter, rng);
      return value === undefined ? [] : [[key, value] as const];
    });
    const point: TrialParams = Object.fromEntries(entries);
    const text = canonicalJson(point);
    if (seen.has(text)) {
      repeated += 1;
    } else {
      seen.add(text);
      points.push(point);
      repeated = 0;
    }
  }
  return points;
};
