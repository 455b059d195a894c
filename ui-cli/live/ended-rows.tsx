/** The latest trials that ended before their last epoch, with the reason. */
import { Text } from 'ink';
import type { TrialView } from '../../contracts/trial.ts';
import { inColour, type Theme } from './theme.ts';

const MOST = 3;

const reasonOf = ({ status, reason, error }: TrialView): string | null =>
  status === 'failed' ? (error?.message ?? null) : status === 'pruned' || status === 'cancelled' ? reason : null;

/** By their last report, and those without one by their place. */
const lateness = ({ reports }: TrialView, place: number): number => reports.at(-1)?.sequence ?? place;

const latest = (trials: readonly TrialView[]) =>
  trials
    .flatMap((trial, place) => {
      const reason = reasonOf(trial);
      return reason === null ? [] : [{ trial, reason, late: lateness(trial, place) }];
    })
    .sort((a, b) => b.late - a.late)
    .slice(0, MOST);

export const EndedRows = ({ trials, theme }: { readonly trials: readonly TrialView[]; readonly theme: Theme }) =>
  latest(trials).map(({ trial: { trialId, status }, reason }) => (
    <Text key={trialId} {...inColour(status === 'failed' ? theme.bad : undefined)} wrap="truncate-end">
      {`${trialId} ${status}: ${reason}`}
    </Text>
  ));
