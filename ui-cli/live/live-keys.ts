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

export const failedTrials = ({ trials }: ExperimentView): readonly TrialView[] =>
  trials.filter(({ status }) => status === 'failed');
