/** How a comparison is told, on the terminal and on its page. */
import { type BestOfRow, COMPARISON_LEVEL, type MetricDifference } from '../../contracts/comparison.ts';
import type { SettingValue } from '../../contracts/local-comparison.ts';

const FIRST_LETTER = 'A'.charCodeAt(0);

/** A to Z, in the order that they were named. */
export const subjectLetter = (index: number): string => String.fromCharCode(FIRST_LETTER + index);

/** `*`: better than every other; `=`: shares the first place; else a space. */
export const markOf = ({ refs, is_significant: isAlone }: BestOfRow, ref: string): string =>
  refs.includes(ref) ? (isAlone ? '*' : '=') : ' ';

/** A dash for a setting that a model does not have. */
export const settingText = (value: SettingValue | undefined): string =>
  value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);

/** Whether two differ by more than chance, and which way. */
export const differenceText = ({ a, b, mean, p_holm: p }: MetricDifference, nameOf: (ref: string) => string): string =>
  p <= COMPARISON_LEVEL ? `${nameOf(mean > 0 ? a : b)} is better` : 'not told apart';
