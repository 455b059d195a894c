/** What a key asks an experiment for. Pure. */
import type { ExperimentView } from '../../contracts/experiment.ts';
import type { TrialView } from '../../contracts/trial.ts';

export type LiveKey =
  | 'detach'
  | 'cancel'
  | 'yes'
  | 'no'
  | 'pause'
  | 'more'
  | 'fewer'
  | 'up'
  | 'down'
  | 'cancel-trial'
  | 'retry';

/** Whether trials are still trained, so that a sweep can be steered. */
export const canSteer = (view: ExperimentView): boolean =>
  view.status === 'running' && view.phase === 'train' && view.sweep !== null;

/** Those that would be trained again: once the replicates have begun, the sweep is over. */
export const failedTrials = ({ trials, replicates }: ExperimentView): readonly TrialView[] =>
  (replicates === undefined || replicates.trials.length === 0 ? trials : replicates.trials).filter(
    ({ status }) => status === 'failed',
  );
