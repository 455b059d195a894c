/** Answers to the queries, signals and updates of an experiment. */
import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import { isPastTraining } from '../contracts/experiment.ts';
import type { GateVerdict } from '../contracts/gate.ts';
import { currentSnapshot, type ExperimentRun } from './experiment-run.ts';
import { answerReason } from './judge.ts';
import {
  type ApprovalDecision,
  cancelTrialUpdate,
  decideApprovalUpdate,
  pauseSignal,
  resumeSignal,
  retryFailedUpdate,
  setMaxParallelUpdate,
  snapshotQuery,
} from './messages.ts';
import type { SweepConductor } from './sweep-conductor.ts';

/** Between an answer and what comes of it, which may be another question: nothing is asked, and nothing decided. */
const openGate = ({ approval }: ExperimentRun, gate: GateVerdict): GateVerdict =>
  approval === null ? gate : { ...gate, decision: 'not_run', reasons: [...gate.reasons, answerReason(approval)] };

export const listen = (run: ExperimentRun): void => {
  const { state } = run;
  const conductorOf = (): SweepConductor => {
    if (run.conductor === null || isPastTraining(state.snapshot.phase)) {
      throw ApplicationFailure.nonRetryable('all training of this experiment has ended', 'USAGE');
    }
    return run.conductor;
  };
  // Who waits for the end reads MLflow next: until its run is closed there, an experiment has not ended.
  setHandler(snapshotQuery, () => {
    const snapshot = currentSnapshot(run);
    return { ...snapshot, gate: openGate(run, snapshot.gate), ...(run.isClosed ? {} : { status: 'running' }) };
  });
  setHandler(pauseSignal, () => run.conductor?.pause());
  setHandler(resumeSignal, () => run.conductor?.resume());
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
  setHandler(
    decideApprovalUpdate,
    (decision: ApprovalDecision): void => {
      run.approval = decision;
    },
    {
      validator: (_decision: ApprovalDecision): void => {
        if (state.snapshot.gate.decision !== 'awaiting_approval' || run.approval !== null) {
          throw ApplicationFailure.nonRetryable('nothing awaits approval', 'USAGE');
        }
      },
    },
  );
};
