/** Trains the best trial's settings again with other seeds, for the gate to see how much the seed matters. */
import { executeChild, ParentClosePolicy, workflowInfo } from '@temporalio/workflow';
import { objectiveOf } from '../contracts/objective.ts';
import type { FinishedTrial } from '../contracts/trial.ts';
import type { KnownInTrain } from '../policy/experiment-stages.ts';
import { replicateId, replicateSettings } from '../policy/gate/replicate-settings.ts';
import type { ExperimentRun } from './experiment-run.ts';
import { toRecord } from './failures.ts';
import { type TrialInput, type TrialOutcome, trial } from './trial.ts';
import { trialWorkflowId } from './trial-book.ts';

const inputOf = (
  { input, provenance }: ExperimentRun,
  { mlflowExperimentId, parentRunId, dataset }: KnownInTrain,
  best: FinishedTrial,
  replicate: number,
): TrialInput => {
  const { config, isFresh } = input;
  const settings = replicateSettings(config, best.params, replicate);
  const epochs = settings.training.num_epochs;
  return {
    ...{ provenance, mlflowExperimentId, parentRunId, dataset, settings, params: best.params },
    ...{ trialId: replicateId(best.trialId, replicate), replicateOf: best.trialId, attempt: 1 },
    ...{ rungs: [epochs], metric: objectiveOf(config).metric, mayReuse: !isFresh },
    ...{ run: null, warmStartRunId: null, epochBudget: epochs, isLastRung: true, preflight: false },
  };
};

/** Its run if it has trained to the end; a sentence where it has not. */
const outcomeText = (input: TrialInput, outcome: TrialOutcome): { readonly runId: string } | string => {
  switch (outcome.kind) {
    case 'known':
      return { runId: outcome.runId };
    case 'reported':
      return { runId: outcome.run.runId };
    case 'failed':
      return `${input.trialId} failed, and the gate does without it: ${outcome.error.message}`;
    default:
      return `${input.trialId} was stopped, and the gate does without it`;
  }
};

const train = async (input: TrialInput): Promise<{ readonly runId: string } | string> => {
  try {
    const outcome = await executeChild(trial, {
      workflowId: trialWorkflowId(workflowInfo().workflowId, input.trialId),
      args: [input],
      staticSummary: `${input.trialId}: seed ${input.settings.seed}`,
      parentClosePolicy: ParentClosePolicy.TERMINATE,
      cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    });
    return outcomeText(input, outcome);
  } catch (error) {
    return `${input.trialId} was lost, and the gate does without it: ${toRecord(error).message}`;
  }
};

/**
 * Runs of all but the best trial itself, at most `max_parallel` at once; none unless `gate.replicates` asks for them.
 * They take no part in selection: the candidate stays the trial that was chosen. One that fails is told among the
 * experiment's problems.
 */
export const trainReplicates = async (
  run: ExperimentRun,
  known: KnownInTrain,
  best: FinishedTrial,
): Promise<readonly string[]> => {
  const { gate, sweep } = run.input.config;
  // Configs of earlier versions have none.
  const inputs = Array.from({ length: (gate.replicates ?? 1) - 1 }, (_, index) => inputOf(run, known, best, index + 2));
  const results = inputs.map((): { readonly runId: string } | string => '');
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < inputs.length; index = next++) {
      const input = inputs[index];
      if (input !== undefined) {
        results[index] = await train(input);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(sweep?.max_parallel ?? 1, inputs.length) }, work));
  for (const result of results) {
    if (typeof result === 'string') {
      run.state.addProblem(result);
    }
  }
  return results.flatMap((result) => (typeof result === 'string' ? [] : [result.runId]));
};
