/** What the gate's replicates have left to train. Pure. */
import type { ExperimentView } from '../../../contracts/experiment.ts';
import type { ExpectedWork } from '../../../contracts/sweep.ts';
import type { TrialView } from '../../../contracts/trial.ts';

const hasEnded = ({ status }: TrialView): boolean => status !== 'pending' && status !== 'running';

/** Of one that has not begun: as long as the best trial, which nobody knows before the sweep has ended, may train. */
const epochsOfOne = ({ trials, bestTrialId }: ExperimentView): number => {
  const best = trials.find(({ trialId }) => trialId === bestTrialId);
  return best?.epochLimit ?? Math.max(0, ...trials.map(({ epochLimit = 0 }) => epochLimit));
};

/** @param trained epochs of one that has begun */
export const replicateWork = (view: ExperimentView, trained: (trial: TrialView) => number): ExpectedWork => {
  const { replicates } = view;
  if (replicates === undefined) {
    return { epochs: 0, trainings: 0 };
  }
  const one = epochsOfOne(view);
  const open = replicates.trials.filter((trial) => !hasEnded(trial));
  const planned = replicates.of - 1 - replicates.trials.length;
  const epochs = open.map((trial) => Math.max(0, (trial.epochLimit ?? one) - trained(trial)));
  return { epochs: epochs.reduce((sum, some) => sum + some, planned * one), trainings: open.length + planned };
};
