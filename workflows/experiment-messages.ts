/** Answers to the queries, signals and updates of an experiment. */
import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import { isPastTraining } from '../contracts/experiment.ts';
import { currentSnapshot, type ExperimentRun } from './experiment-run.ts';
import {
  cancelTrialUpdate,
  pauseSignal,
  replySignal,
  resumeSignal,
  retryFailedUpdate,
  setMaxParallelUpdate,
  snapshotQuery,
} from './messages.ts';
import type { SweepConductor } from './sweep-conductor.ts';

export const listen = (run: ExperimentRun): void => {
  const { state } = run;
  /** Once the sweep has ended, what is steered are the replicates. */
  const training = (): SweepConductor | null => run.replicates ?? run.conductor;
  const conductorOf = (): SweepConductor => {
    const conductor = training();
    if (isPastTraining(state.snapshot.phase)) {
      throw ApplicationFailure.nonRetryable('all training of this experiment has ended', 'USAGE');
    }
    if (conductor === null) {
      throw ApplicationFailure.nonRetryable('the experiment has not begun yet; ask again in a moment', 'USAGE');
    }
    return conductor;
  };
  // Who waits for the end reads MLflow next: until its run is closed there, an experiment has not ended.
  setHandler(snapshotQuery, () => {
    const snapshot = currentSnapshot(run);
    return run.isClosed ? snapshot : { ...snapshot, status: 'running' };
  });
  setHandler(pauseSignal, () => training()?.pause());
  setHandler(resumeSignal, () => training()?.resume());
  setHandler(setMaxParallelUpdate, ({ maxParallel }) => conductorOf().setMaxParallel(maxParallel), {
    validator: ({ maxParallel }) => {
      conductorOf();
      if (!Number.isInteger(maxParallel) || maxParallel < 1) {
        throw ApplicationFailure.nonRetryable(`got ${maxParallel}, expected a whole number of at least 1`, 'USAGE');
      }
    },
  });
  setHandler(cancelTrialUpdate, ({ trialId }) => conductorOf().cancelTrial(trialId), {
    validator: ({ trialId }) => {
      if (!conductorOf().canCancel(trialId)) {
        throw ApplicationFailure.nonRetryable(`got ${trialId}, expected a trial that has not ended`, 'USAGE');
      }
    },
  });
  setHandler(retryFailedUpdate, () => conductorOf().retryFailed(), {
    validator: () => {
      if (!conductorOf().hasFailedTrials) {
        throw ApplicationFailure.nonRetryable('no trial has failed', 'USAGE');
      }
    },
  });
  setHandler(replySignal, ({ request, outcome }) => {
    run.replies.set(request, outcome);
  });
};
