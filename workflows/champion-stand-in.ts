/**
 * A champion that cannot be evaluated on new data: its recorded settings, trained on that data, stand in for it. A trial
 * like any other, so that an equal one is taken again instead.
 */
import { executeChild, isCancellation, ParentClosePolicy, workflowInfo } from '@temporalio/workflow';
import { objectiveOf } from '../contracts/objective.ts';
import type { EvaluateBestRequest } from '../contracts/steps.ts';
import type { TrialSettings } from '../contracts/trial.ts';
import type { KnownInTrain } from '../policy/experiment-stages.ts';
import type { EvaluatedCandidate } from './evaluate-candidate.ts';
import type { ExperimentRun } from './experiment-run.ts';
import { toRecord } from './failures.ts';
import { readChampionSettings } from './steps.ts';
import { type TrialInput, type TrialOutcome, trial } from './trial.ts';
import { trialWorkflowId } from './trial-book.ts';

type StandIn =
  | { readonly kind: 'trained'; readonly runId: string }
  | { readonly kind: 'impossible'; readonly reason: string };

const impossible = (reason: string): StandIn => ({ kind: 'impossible', reason });

const inputOf = (
  { input, provenance }: ExperimentRun,
  { mlflowExperimentId, parentRunId, dataset }: KnownInTrain,
  trialId: string,
  settings: TrialSettings,
): TrialInput => {
  const { num_epochs: epochs } = settings.training;
  return {
    ...{ provenance, mlflowExperimentId, parentRunId, trialId, settings, dataset },
    ...{ attempt: 1, params: {}, rungs: [epochs], metric: objectiveOf(input.config).metric },
    ...{ mayReuse: !input.isFresh, run: null, warmStartRunId: null },
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
const trainStandIn = async (run: ExperimentRun, known: KnownInTrain, version: string): Promise<StandIn> => {
  const found = await readChampionSettings({ modelName: run.input.config.gate.model_name, version });
  if (found.kind === 'none') {
    return impossible(`its settings are not to be had: ${found.reason}`);
  }
  const trialId = `champion-${version}`;
  try {
    const outcome = await executeChild(trial, {
      workflowId: trialWorkflowId(workflowInfo().workflowId, trialId),
      args: [inputOf(run, known, trialId, found.settings)],
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
 * @param evaluate the same candidate again, beside this stand-in
 */
export const evaluateBeside = async (
  run: ExperimentRun,
  known: KnownInTrain,
  candidateRunId: string,
  evaluate: (standIn?: EvaluateBestRequest['standIn']) => Promise<EvaluatedCandidate>,
): Promise<EvaluatedCandidate> => {
  const { gate } = run.input.config;
  const evaluated = await evaluate();
  const { comparedWith: version, championProblem: reason, test } = evaluated;
  if (
    version === null ||
    reason === null ||
    gate.unreadable_champion !== 'retrain' ||
    test.model.ndcg_at_10 < gate.min_ndcg_at_10
  ) {
    return evaluated;
  }
  const trained = await trainStandIn(run, known, version);
  if (trained.kind === 'impossible') {
    return withoutStandIn(evaluated, trained.reason);
  }
  const standIn = { run_id: trained.runId, reason };
  if (trained.runId === candidateRunId) {
    // The same settings on the same data are the same model: there is nothing to compare.
    return { ...evaluated, championStandIn: standIn };
  }
  const again = await evaluate({ version, ...standIn });
  if (again.comparedWith !== version) {
    // Another version became champion meanwhile.
    return evaluateBeside(run, known, candidateRunId, evaluate);
  }
  return again.championProblem === null
    ? again
    : withoutStandIn(evaluated, `run ${trained.runId} cannot be evaluated: ${again.championProblem}`);
};
