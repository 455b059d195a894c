/**
 * A champion that cannot be evaluated on new data: its recorded settings, trained on that data, stand in for it. A trial
 * like any other, so that an equal one is taken again instead.
 */
import { executeChild, isCancellation, ParentClosePolicy, workflowInfo } from '@temporalio/workflow';
import type { StandInTraining } from '../contracts/registry-owner.ts';
import type { TrialSettings } from '../contracts/trial.ts';
import {
  type EvaluatedCandidate,
  evaluateCandidate,
  type JudgedCandidate,
  type TakeLook,
  withTestOf,
} from './evaluate-candidate.ts';
import { toRecord } from './failures.ts';
import { readChampionSettings } from './steps.ts';
import { type TrialInput, type TrialOutcome, trial } from './trial.ts';
import { trialWorkflowId } from './trial-book.ts';

type StandIn =
  | { readonly kind: 'trained'; readonly runId: string }
  | { readonly kind: 'impossible'; readonly reason: string };

const impossible = (reason: string): StandIn => ({ kind: 'impossible', reason });

const inputOf = (
  training: StandInTraining,
  parentRunId: string,
  trialId: string,
  settings: TrialSettings,
): TrialInput => {
  const { num_epochs: epochs } = settings.training;
  return {
    ...{ ...training, parentRunId, trialId, settings },
    ...{ attempt: 1, params: {}, rungs: [epochs] },
    ...{ run: null, warmStartRunId: null },
    // The settings have trained a champion: tripwires for a broken config have nothing to find.
    ...{ epochBudget: epochs, isLastRung: true, preflight: false },
  };
};

const runOf = (outcome: TrialOutcome): StandIn => {
  switch (outcome.kind) {
    case 'known':
      return { kind: 'trained', runId: outcome.runId };
    case 'reported':
      return { kind: 'trained', runId: outcome.run.runId };
    case 'failed':
      return impossible(`training its recorded settings failed: ${outcome.error.code}: ${outcome.error.message}`);
    default:
      return impossible('training its recorded settings was stopped');
  }
};

/** Rejects only where the experiment is cancelled, or MLflow is out of reach. */
const trainStandIn = async ({ gate, parentRunId, training }: JudgedCandidate, version: string): Promise<StandIn> => {
  if (training === undefined) {
    return impossible('an earlier version asked this question, and kept nothing to train it by');
  }
  const found = await readChampionSettings({ modelName: gate.model_name, version });
  if (found.kind === 'none') {
    return impossible(`its settings are not to be had: ${found.reason}`);
  }
  const trialId = `champion-${version}`;
  try {
    const outcome = await executeChild(trial, {
      workflowId: trialWorkflowId(workflowInfo().workflowId, trialId),
      args: [inputOf(training, parentRunId, trialId, found.settings)],
      staticSummary: `Stand-in for champion ${version}, which cannot be evaluated`,
      parentClosePolicy: ParentClosePolicy.TERMINATE,
      cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    });
    return runOf(outcome);
  } catch (error) {
    if (isCancellation(error)) {
      throw error;
    }
    return impossible(`training its recorded settings failed: ${toRecord(error).message}`);
  }
};

const withoutStandIn = (evaluated: EvaluatedCandidate, reason: string): EvaluatedCandidate => ({
  ...evaluated,
  championProblem: `${evaluated.championProblem}; and nothing stands in for it: ${reason}`,
});

/**
 * The evaluation, beside a stand-in where it needs one and the config asks for one. A candidate that fails the minimum
 * needs none.
 */
export const evaluateBeside = async (candidate: JudgedCandidate, take: TakeLook): Promise<EvaluatedCandidate> => {
  const { gate, runId } = candidate;
  const evaluated = await evaluateCandidate(candidate, take);
  const { comparedWith: version, championProblem: reason, test } = evaluated;
  if (
    version === null ||
    reason === null ||
    gate.unreadable_champion !== 'retrain' ||
    test.model.ndcg_at_10 < gate.min_ndcg_at_10
  ) {
    return evaluated;
  }
  const trained = await trainStandIn(candidate, version);
  if (trained.kind === 'impossible') {
    return withoutStandIn(evaluated, trained.reason);
  }
  const standIn = { run_id: trained.runId, reason };
  if (trained.runId === runId) {
    // The same settings on the same data are the same model: there is nothing to compare.
    return { ...evaluated, championStandIn: standIn };
  }
  const again = await evaluateCandidate(candidate, take, { version, ...standIn });
  if (again.comparedWith !== version) {
    // Another version became champion meanwhile.
    return evaluateBeside(candidate, take);
  }
  return again.championProblem === null
    ? again
    : withTestOf(
        withoutStandIn(evaluated, `run ${trained.runId} cannot be evaluated: ${again.championProblem}`),
        again,
      );
};
