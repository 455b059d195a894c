/** How far a sweep is and how it is steered at the moment, in words. Pure. */
import type { ExperimentView } from '../../../../contracts/experiment.ts';
import type { TrialView } from '../../../../contracts/trial.ts';
import { describeReplicates } from '../../../../policy/gate/describe-replicates.ts';
import { formatCount, HALT_TEXT } from '../../../text/formats.ts';

/** Whether trials are still trained, so that a sweep can be steered. */
export const canSteer = (view: ExperimentView): boolean =>
  view.status === 'running' && view.phase === 'train' && view.sweep !== null;

/** Those that would be trained again: once the replicates have begun, the sweep is over. */
export const failedTrials = ({ trials, replicates }: ExperimentView): readonly TrialView[] =>
  (replicates === undefined || replicates.trials.length === 0 ? trials : replicates.trials).filter(
    ({ status }) => status === 'failed',
  );

/** What is trained, and within which limits; empty while nothing is. */
export const steeringTexts = ({ sweep, replicates, status, phase }: ExperimentView): readonly string[] => {
  if (status !== 'running' || phase !== 'train') {
    return [];
  }
  const replicated = replicates === undefined ? null : describeReplicates(replicates);
  const halt = sweep?.halt ?? null;
  return [
    ...(replicated === null ? [] : [replicated]),
    ...(sweep === null ? [] : [`at most ${sweep.maxParallel} at once`]),
    ...(halt === null ? [] : [`no more trials: ${HALT_TEXT[halt]}`]),
  ];
};

/** `3 of 8 trials finished, 1 failed, 1 pruned`. */
export const countText = ({ trials, sweep }: ExperimentView): string => {
  const count = (...statuses: readonly TrialView['status'][]): number =>
    trials.filter(({ status }) => statuses.includes(status)).length;
  const notable = (['cached', 'failed', 'pruned', 'cancelled'] as const)
    .map((status) => [status, count(status)] as const)
    .filter(([, number]) => number > 0)
    .map(([status, number]) => `${formatCount(number)} ${status}`);
  const ended = trials.length - count('pending', 'running');
  const all = Math.max(trials.length, sweep?.trialCount ?? 0);
  return [`${formatCount(ended)} of ${formatCount(all)} trials finished`, ...notable].join(', ');
};
