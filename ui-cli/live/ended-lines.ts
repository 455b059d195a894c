/** The latest trials that ended before their last epoch, with the reason. Pure. */
import type { TrialView } from '../../contracts/trial.ts';
import { type Line, lineOf } from './line.ts';

const MOST = 3;

const reasonOf = ({ status, reason, error }: TrialView): string | null =>
  status === 'failed' ? (error?.message ?? null) : status === 'pruned' || status === 'cancelled' ? reason : null;

/** By their last report, and those without one by their place. */
const lateness = ({ reports }: TrialView, place: number): number => reports.at(-1)?.sequence ?? place;

export const endedLines = (trials: readonly TrialView[]): readonly Line[] =>
  trials
    .flatMap((trial, place) => {
      const reason = reasonOf(trial);
      return reason === null ? [] : [{ ...trial, reason, late: lateness(trial, place) }];
    })
    .sort((a, b) => b.late - a.late)
    .slice(0, MOST)
    .map(({ trialId, status, reason }) =>
      lineOf(`${trialId} ${status}: ${reason}`, status === 'failed' ? 'bad' : undefined),
    );
