/** How values are ranked and put into words by all schedulers. */

/** Takes away the noise of dividing by a reduction such as 1.2. */
const TOLERANCE = 1e-9;

/** A value that is no number ranks below every number. */
const rankable = (value: number): number => (Number.isNaN(value) ? -Infinity : value);

/** Place from 1; equal values share the better place. */
export const placeOf = (value: number, others: readonly number[]): number =>
  1 + others.filter((other) => rankable(other) > rankable(value)).length;

/** How many of `count` are the best 1/`reduction`: at least one. */
export const shareKept = (count: number, reduction: number): number =>
  Math.max(1, Math.floor(count / reduction + TOLERANCE));

/** Mean of the two middle values where there is an even number of them; NaN of none. */
export const medianOf = (values: readonly number[]): number => {
  const sorted = values.map(rankable).sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
};

/** Six significant digits: more than a metric is good for, so that what differs also reads differently. */
export const inWords = (value: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(6))) : 'no number';
