/** How the gate writes numbers. */
import type { ConfidenceInterval } from '../../../contracts/gate.ts';

const FEWEST_DIGITS = 3;
const MOST_DIGITS = 8;

type Side = readonly [value: number, bound: number];

const digitsFor = (fewest: number, sides: readonly Side[]): number => {
  const isTold = (digits: number): boolean =>
    sides.every(
      ([value, bound]) =>
        Math.sign(Number(value.toFixed(digits)) - Number(bound.toFixed(digits))) === Math.sign(value - bound),
    );
  let digits = fewest;
  while (digits < MOST_DIGITS && !isTold(digits)) {
    digits += 1;
  }
  return digits;
};

/** As few digits as still show on which side of its bound each value lies. */
export const formatter = (...sides: readonly Side[]) => {
  const digits = digitsFor(FEWEST_DIGITS, sides);
  return (value: number): string => (value === 0 ? '0' : value.toFixed(digits));
};

const DIGITS = 4;
const SMALLEST_SHOWN = 0.0001;

/** Four digits, or as many as show on which side of the bound the value lies: what tables are made of. */
export const figuresBeside = (value: number, bound: number): readonly [value: string, bound: string] => {
  const digits = digitsFor(DIGITS, [[value, bound]]);
  return [value.toFixed(digits), bound.toFixed(digits)];
};

/** `0.0504`, or `< 0.0001`; beside a level that is as small, as many digits as tell them apart. */
export const probabilityText = (p: number, level: number = 1): string =>
  p < SMALLEST_SHOWN && level >= SMALLEST_SHOWN ? `< ${SMALLEST_SHOWN}` : figuresBeside(p, level)[0];

const PERCENT_DIGITS = 2;

/** `95 %`, `99.78 %`; more digits only where two would make a certainty or nothing of it. */
export const percentText = (share: number): string => {
  const percent = share * 100;
  const isBlurred = (digits: number): boolean => {
    const shown = Number(percent.toFixed(digits));
    return (shown === 100 && percent !== 100) || (shown === 0 && percent !== 0);
  };
  let digits = PERCENT_DIGITS;
  while (digits < MOST_DIGITS && isBlurred(digits)) {
    digits += 1;
  }
  return `${Number(percent.toFixed(digits))} %`;
};

/** What an interval is a difference to, and over what it is. */
export interface Comparison {
  /** `version 3`. */
  readonly other: string;
  /** Of the candidate's settings, resampled beside the users; 1: the candidate alone. */
  readonly trainings: number;
}

/** `95 % interval 0.010 to 0.090`, or `95 % interval over users and 3 trainings 0.010 to 0.090`. */
export const intervalText = (
  { low, high, confidence }: ConfidenceInterval,
  text: (value: number) => string,
  trainings = 1,
): string => {
  const basis = trainings === 1 ? '' : ` over users and ${trainings} trainings`;
  return `${percentText(confidence)} interval${basis} ${text(low)} to ${text(high)}`;
};

/** One-sided level of the interval's lower end. */
export const oneSidedLevel = ({ confidence }: Pick<ConfidenceInterval, 'confidence'>): number =>
  Number(((1 - confidence) / 2).toPrecision(6));

/** JSON has no NaN: what was one arrives as null. */
export const isNumber = (value: number | null | undefined): value is number => Number.isFinite(value);
