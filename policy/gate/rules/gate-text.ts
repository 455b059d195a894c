/** How the gate writes numbers. */
import type { ConfidenceInterval } from '../../../contracts/gate.ts';

const FEWEST_DIGITS = 3;
const MOST_DIGITS = 8;

/** As few digits as still show on which side of its bound each value lies. */
export const formatter = (...sides: readonly (readonly [value: number, bound: number])[]) => {
  const isTold = (digits: number): boolean =>
    sides.every(
      ([value, bound]) =>
        Math.sign(Number(value.toFixed(digits)) - Number(bound.toFixed(digits))) === Math.sign(value - bound),
    );
  let digits = FEWEST_DIGITS;
  while (digits < MOST_DIGITS && !isTold(digits)) {
    digits += 1;
  }
  return (value: number): string => (value === 0 ? '0' : value.toFixed(digits));
};

/** `95 %`. */
export const percentText = (share: number): string => `${Number((share * 100).toFixed(4))} %`;

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
