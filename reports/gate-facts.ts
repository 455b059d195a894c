/** How a page says what a verdict holds. */
import type { DecidedVerdict } from '../contracts/gate.ts';

const DIGITS = 4;
const SMALLEST_SHOWN = 10 ** -DIGITS;

export const figureText = (value: number | null): string => (value === null ? '–' : value.toFixed(DIGITS));

/** With its sign, which a difference always has. */
export const differenceText = (value: number): string => `${value > 0 ? '+' : ''}${value.toFixed(DIGITS)}`;

export const probabilityText = (value: number): string =>
  value < SMALLEST_SHOWN ? `below ${SMALLEST_SHOWN.toFixed(DIGITS)}` : value.toFixed(DIGITS);

export const percentText = (share: number): string => `${Number((share * 100).toFixed(2))} %`;

const DECISION = { promoted: 'promoted', rejected: 'not promoted', awaiting_approval: 'awaits approval' } as const;

export const decisionText = ({ decision }: Pick<DecidedVerdict, 'decision'>): string => DECISION[decision];
