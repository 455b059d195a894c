/** From values to places along an axis, with its ticks. Pure. */
import { formatTick, logTicks, roundTicks } from '../../../policy/axis-ticks.ts';

export interface Axis {
  /** Share of the way from the least to the greatest value, in [0, 1]. */
  readonly share: (value: number) => number;
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
}

/** Differences below this share of a value are rounding. */
const SAME = 1e-9;
/** Far from the least number there is, which has no half. */
const LEAST_PAD = 1e-300;

/** One value alone, or what is as good as one, still needs an axis; always finite, and the first below the second. */
const widened = (low: number, high: number): readonly [number, number] => {
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (high - low > size * SAME && high - low > LEAST_PAD) {
    return [low, high];
  }
  const pad = size === 0 ? 1 : Math.max(LEAST_PAD, size * 0.1);
  return [Math.max(-Number.MAX_VALUE, low - pad), Math.min(Number.MAX_VALUE, high + pad)];
};

const rangeOf = (values: readonly number[]): readonly [number, number] => {
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  return low <= high ? widened(low, high) : [0, 1];
};

/** Halves first: the distance of two values may be more than the greatest number. */
const shareOf =
  (low: number, high: number) =>
  (value: number): number =>
    Math.min(1, Math.max(0, (value / 2 - low / 2) / (high / 2 - low / 2)));

const labelled = (values: readonly number[]): Axis['ticks'] =>
  values.map((value) => ({ value, label: formatTick(value) }));

const ticksWithin = (low: number, high: number, count: number): readonly number[] => {
  const ticks = Number.isFinite(high - low) ? roundTicks(low, high, count) : [low, high];
  return ticks.every(Number.isFinite) ? ticks : [];
};

/** @param values finite */
export const linearAxis = (values: readonly number[], count: number): Axis => {
  const [low, high] = rangeOf(values);
  return { share: shareOf(low, high), ticks: labelled(ticksWithin(low, high, count)) };
};

/** @param values above 0 */
export const logAxis = (values: readonly number[], count: number): Axis => {
  const [low, high] = rangeOf(values.map(Math.log10));
  const share = shareOf(low, high);
  const powers = logTicks(low, high);
  // In a short range there may be none.
  const ticks = powers.length > 1 ? powers : ticksWithin(10 ** low, 10 ** high, count);
  return { share: (value) => share(Math.log10(value)), ticks: labelled(ticks) };
};

/** Of what is counted: at whole numbers alone. */
export const countAxis = (values: readonly number[], count: number): Axis => {
  const axis = linearAxis(values, count);
  return { ...axis, ticks: axis.ticks.filter(({ value }) => Math.abs(value - Math.round(value)) < SAME) };
};
