/** From values to pixels, with the ticks of an axis. */
import { canonicalJson } from '../contracts/canonical-json.ts';
import type { SearchParameter } from '../contracts/experiment-config.ts';
import type { ParameterValue } from '../contracts/trial.ts';
import { formatTick, logTicks, roundTicks } from '../policy/axis-ticks.ts';

export interface Tick {
  readonly at: number;
  readonly label: string;
}

export interface Scale {
  position(value: ParameterValue): number;
  readonly ticks: readonly Tick[];
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Choices beyond these many share the tick labels of every second, third, … one. */
const MOST_LABELS = 12;

const formatValue = (value: ParameterValue): string =>
  typeof value === 'number' ? formatTick(value) : typeof value === 'string' ? value : canonicalJson(value);

const extentOf = (values: readonly number[]): readonly [number, number] => {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  // One value, or none, still needs an axis.
  return low < high ? [low, high] : Number.isFinite(low) ? [low - 0.5, low + 0.5] : [0, 1];
};

/** `from` is the pixel of the least value, `to` that of the greatest. */
export const linearScale = (values: readonly number[], { from, to }: Range, ticks = 5): Scale => {
  const [low, high] = extentOf(values);
  const position = (value: ParameterValue): number => from + ((Number(value) - low) / (high - low)) * (to - from);
  return {
    position,
    ticks: roundTicks(low, high, ticks).map((value) => ({ at: position(value), label: formatTick(value) })),
  };
};

/** Ticks at powers of ten, or at 1, 2 and 5 times them where the range is short. */
const logScale = (values: readonly number[], { from, to }: Range): Scale => {
  const [low, high] = extentOf(values.map(Math.log10));
  const position = (value: ParameterValue): number =>
    from + ((Math.log10(Number(value)) - low) / (high - low)) * (to - from);
  const ticks = logTicks(low, high);
  return { position, ticks: ticks.map((value) => ({ at: position(value), label: formatTick(value) })) };
};

const bandScale = (values: readonly ParameterValue[], { from, to }: Range): Scale => {
  const distinct = [...new Map(values.map((value) => [canonicalJson(value), value]))].sort(([textA, a], [textB, b]) =>
    typeof a === 'number' && typeof b === 'number' ? a - b : textA < textB ? -1 : 1,
  );
  const places = new Map(
    distinct.map(([text], index) => [text, from + ((index + 0.5) / distinct.length) * (to - from)]),
  );
  const every = Math.ceil(distinct.length / MOST_LABELS);
  return {
    position: (value) => places.get(canonicalJson(value)) ?? from,
    ticks: distinct
      .filter((_, index) => index % every === 0)
      .map(([text, value]) => ({ at: places.get(text) ?? from, label: formatValue(value) })),
  };
};

/** As the space draws the parameter: choices side by side, logarithmic ranges logarithmically. */
export const parameterScale = (
  values: readonly ParameterValue[],
  parameter: SearchParameter | undefined,
  range: Range,
): Scale => {
  const numbers = values.filter((value) => typeof value === 'number');
  if (parameter?.choice !== undefined || numbers.length < values.length) {
    return bandScale(values, range);
  }
  const isLog = (parameter?.float ?? parameter?.int)?.log === true && numbers.every((value) => value > 0);
  return isLog ? logScale(numbers, range) : linearScale(numbers, range);
};

/** For what is counted. */
export const withWholeTicks = ({ ticks, ...scale }: Scale): Scale => ({
  ...scale,
  ticks: ticks.filter(({ label }) => !label.includes('.')),
});
