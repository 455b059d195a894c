/** How a page says what a verdict holds. */
import type { DecidedVerdict } from '../contracts/gate.ts';

const DIGITS = 4;

export const figureText = (value: number | null): string => (value === null ? '–' : value.toFixed(DIGITS));

/** With its sign, which a difference always has. */
export const differenceText = (value: number): string => `${value > 0 ? '+' : ''}${value.toFixed(DIGITS)}`;

/** Of users. */
export const shareText = (share: number): string => `${Number((share * 100).toFixed(2))} %`;

/** Of the candidate's settings, its own among them. */
export const trainingsOf = ({ seed_noise: noise }: Pick<DecidedVerdict, 'seed_noise'>): number =>
  noise !== null && typeof noise === 'object' ? noise.replicates : 1;

/** What the champion's figures are of. */
export const otherName = ({ champion, champion_stand_in: standIn }: DecidedVerdict): string =>
  champion === null || standIn === null ? 'champion' : 'stand-in';

/** What is compared with it. */
export const ownName = (verdict: DecidedVerdict): string => {
  const trainings = trainingsOf(verdict);
  return trainings === 1 ? 'candidate' : `mean of ${trainings} trainings`;
};

const DECISION = { promoted: 'promoted', rejected: 'not promoted', awaiting_approval: 'awaits approval' } as const;

export const decisionText = ({ decision }: Pick<DecidedVerdict, 'decision'>): string => DECISION[decision];
