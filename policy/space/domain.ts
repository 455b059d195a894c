/** The values that one parameter of a search space can take. */
import { canonicalJson } from '../../contracts/canonical-json.ts';
import { elementAt } from '../../contracts/element-at.ts';
import type { SearchParameter, SearchRange } from '../../contracts/experiment-config.ts';
import type { ParameterValue } from '../../contracts/trial.ts';

/** Values without an order among them. */
export interface CategoricalDomain {
  readonly kind: 'categorical';
  readonly values: readonly ParameterValue[];
}

/** Numbers from `low` to `high`, both included, `low` below `high`; with a step only `low + k * step`. */
export interface NumericDomain {
  readonly kind: 'numeric';
  readonly low: number;
  /** With a step the last number that it reaches. */
  readonly high: number;
  readonly step: number | null;
  /** Drawn evenly on a logarithmic scale; then `low` > 0. */
  readonly isLog: boolean;
}

export type Domain = CategoricalDomain | NumericDomain;

/** Twelve significant digits: removes the noise of low + k * step without touching values that a person wrote. */
const round = (value: number): number => Number(value.toPrecision(12));

const stepsOf = (low: number, high: number, step: number): number => Math.floor((high - low) / step + 1e-9);

const createRangeDomain = (range: SearchRange, isInteger: boolean): Domain => {
  const step = range.step ?? (isInteger ? 1 : null);
  const { low } = range;
  const high = step === null ? range.high : round(low + stepsOf(low, range.high, step) * step);
  return low === high
    ? { kind: 'categorical', values: [low] }
    : { kind: 'numeric', low, high, step, isLog: range.log === true };
};

export const createDomain = (parameter: SearchParameter): Domain => {
  const range = parameter.int ?? parameter.float;
  return range === undefined
    ? { kind: 'categorical', values: (parameter.choice ?? []) as readonly ParameterValue[] }
    : createRangeDomain(range, parameter.int !== undefined);
};

/** null: a continuous range. */
export const domainSize = (domain: Domain): number | null => {
  if (domain.kind === 'categorical') {
    return domain.values.length;
  }
  const { low, high, step } = domain;
  if (low > high) {
    return 0;
  }
  return step === null ? null : stepsOf(low, high, step) + 1;
};

/** Number `place` of a domain that has a size, from 0. */
export const valueAtPlace = (domain: Domain, place: number): ParameterValue | undefined =>
  domain.kind === 'categorical' ? domain.values[place] : round(domain.low + place * (domain.step ?? 0));

/** On the scale that values are drawn on evenly: logarithms, and half a step beyond both ends where there is a step. */
export const scaleOf = ({ low, high, step, isLog }: NumericDomain): { readonly low: number; readonly high: number } => {
  const half = (step ?? 0) / 2;
  // Half a step below a small number would have no logarithm.
  const ends = { low: isLog ? Math.max(low - half, low / 2) : low - half, high: high + half };
  if (!isLog) {
    return ends;
  }
  return { low: Math.log(step === null ? low : ends.low), high: Math.log(ends.high) };
};

/** From a place on the scale of `scaleOf` to the nearest value of the domain. */
const valueOnScale = (domain: NumericDomain, position: number): number => {
  const { low, high, step, isLog } = domain;
  const value = isLog ? Math.exp(position) : position;
  const stepped = step === null ? value : low + Math.round((value - low) / step) * step;
  return round(Math.min(high, Math.max(low, stepped)));
};

/** From a place on the scale of a numeric domain, or the number of a choice, to the value. */
export const valueAtPosition = (domain: Domain, position: number): ParameterValue =>
  domain.kind === 'categorical' ? elementAt(domain.values, position) : valueOnScale(domain, position);

/** The inverse; null for a value outside the domain. */
export const positionOf = (domain: Domain, value: ParameterValue): number | null => {
  if (domain.kind === 'categorical') {
    const place = domain.values.findIndex((item) => item === value || canonicalJson(item) === canonicalJson(value));
    return place < 0 ? null : place;
  }
  if (typeof value !== 'number' || value < domain.low || value > domain.high) {
    return null;
  }
  return domain.isLog ? Math.log(value) : value;
};

/** Tells whether a draw can be exactly a value; one from a continuous range never is. */
export const canTake = (domain: Domain): ((value: unknown) => boolean) => {
  if (domain.kind === 'categorical') {
    const values = new Set(domain.values.map(canonicalJson));
    return (value) => values.has(canonicalJson(value));
  }
  const { low, high, step } = domain;
  return (value) => {
    const isWithin = typeof value === 'number' && value >= low && value <= high;
    return isWithin && step !== null && valueAtPlace(domain, Math.round((value - low) / step)) === value;
  };
};

/** The value at a share of the domain, `unit` in [0, 1): equal shares are equally likely. */
export const valueAtUnit = (domain: Domain, unit: number): ParameterValue | undefined => {
  if (domain.kind === 'categorical') {
    return domain.values[Math.floor(unit * domain.values.length)];
  }
  const { low, high } = scaleOf(domain);
  return valueOnScale(domain, low + unit * (high - low));
};
