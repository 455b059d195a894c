import type { ExperimentSnapshot } from '../../contracts/experiment.ts';
import type { TrialStatus } from '../../contracts/trial.ts';

/** In an experiment that has ended no trial waits for its turn any more. */
export const trialStatusText = (status: TrialStatus, experiment: Pick<ExperimentSnapshot, 'status'>): string =>
  status === 'pending' && experiment.status !== 'running' ? 'not started' : status;
