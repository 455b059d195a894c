/** Parameters of trials as columns of numbers that a tree can split: one column a parameter, whatever its kind. */
import { canonicalJson } from '../../contracts/canonical-json.ts';
import { entryOf } from '../../contracts/element-at.ts';
import type { SearchParameter } from '../../contracts/experiment-config.ts';
import type { ParameterValue, TrialParams } from '../../contracts/trial.ts';

export interface ParameterColumn {
  readonly key: string;
  /** One number a trial, all within `low` and `high`. */
  readonly values: readonly number[];
  readonly low: number;
  readonly high: number;
}

type Given = ParameterValue | undefined;

const textOf = (value: Given): string => (value === undefined ? '' : canonicalJson(value));

const inOrder = (one: Given, other: Given): number =>
  typeof one === 'number' && typeof other === 'number' ? one - other : textOf(one) < textOf(other) ? -1 : 1;

/** Each different value, a missing one among them, gets a cell of the same width. */
const encodeChoices = (key: string, given: readonly Given[]): ParameterColumn => {
  const distinct = [...new Map(given.map((value) => [textOf(value), value]))].sort(([, one], [, other]) =>
    inOrder(one, other),
  );
  const place = new Map(distinct.map(([text], index) => [text, index + 0.5]));
  return { key, values: given.map((value) => entryOf(place, textOf(value))), low: 0, high: distinct.length };
};

/**
 * Numbers are scaled to [0, 1]. Trials without the parameter lie below, in a cell that is as wide as they are many, so
 * that a conditional parameter weighs by the trials that have it.
 */
const encodeRange = (key: string, given: readonly Given[], isLog: boolean): ParameterColumn => {
  const scaled = given.map((value) => (typeof value === 'number' ? (isLog ? Math.log(value) : value) : null));
  const present = scaled.filter((value) => value !== null);
  const low = present.reduce((least, value) => Math.min(least, value), Infinity);
  const span = present.reduce((most, value) => Math.max(most, value), -Infinity) - low;
  const absent = (given.length - present.length) / present.length;
  return {
    key,
    values: scaled.map((value) => (value === null ? -absent / 2 : span === 0 ? 0.5 : (value - low) / span)),
    low: -absent,
    high: 1,
  };
};

/**
 * Columns by key, in the order of the first trial that has each. A parameter with a `choice`, or with any value that is
 * no number, counts by its different values; others by where they lie in the range that was tried, on a logarithmic
 * scale where the space draws them so.
 */
export const encodeParams = (
  trials: readonly TrialParams[],
  space: Readonly<Record<string, SearchParameter>>,
): readonly ParameterColumn[] => {
  const keys = [...new Set(trials.flatMap((params) => Object.keys(params)))];
  return keys.map((key) => {
    const given = trials.map((params) => params[key]);
    const isRange =
      space[key]?.choice === undefined && given.every((value) => value === undefined || typeof value === 'number');
    const isLog =
      (space[key]?.float ?? space[key]?.int)?.log === true &&
      given.every((value) => value === undefined || (typeof value === 'number' && value > 0));
    return isRange ? encodeRange(key, given, isLog) : encodeChoices(key, given);
  });
};
