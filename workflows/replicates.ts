/** Trains the best trial's settings again with other seeds, for the gate to see how much the seed matters. */
import { CancellationScope, condition, executeChild, ParentClosePolicy, workflowInfo } from '@temporalio/workflow';
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

/** Its run if it has trained to the end. Else a sentence, or null where there is nothing to say. */
type Replicated = { readonly runId: string } | { readonly problem: string | null };

const isCancelled = (): boolean => CancellationScope.current().consideredCancelled;

const without = ({ trialId }: TrialInput, what: string, cause?: string): Replicated => ({
  problem: `${trialId} ${what}, and the gate does without it${cause === undefined ? '' : `: ${cause}`}`,
});

const replicatedBy = (input: TrialInput, outcome: TrialOutcome): Replicated => {
  switch (outcome.kind) {
    case 'known':
      return { runId: outcome.runId };
    case 'reported':
      return { runId: outcome.run.runId };
    case 'failed':
      return without(
        input,
        'failed',
        [outcome.error.message, ...(outcome.unclosed === null ? [] : [outcome.unclosed])].join('; '),
      );
    case 'cancelled':
      return isCancelled() ? { problem: outcome.unclosed } : without(input, 'was stopped');
    case 'stopped':
      return without(input, 'was stopped');
  }
};

/** Begins once the sweep is not paused. */
const train = async ({ conductor }: ExperimentRun, input: TrialInput): Promise<Replicated> => {
  try {
    await condition(() => conductor?.control.isPaused !== true);
    const outcome = await executeChild(trial, {
      workflowId: trialWorkflowId(workflowInfo().workflowId, input.trialId),
      args: [input],
      staticSummary: `${input.trialId}: seed ${input.settings.seed}`,
      parentClosePolicy: ParentClosePolicy.TERMINATE,
      cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    });
    return replicatedBy(input, outcome);
  } catch (error) {
    return isCancelled() ? { problem: null } : without(input, 'was lost', toRecord(error).message);
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
  const results: Replicated[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < inputs.length; index = next++) {
      const input = inputs[index];
      if (input !== undefined) {
        results[index] = await train(run, input);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(sweep?.max_parallel ?? 1, inputs.length) }, work));
  for (const result of results) {
    if ('problem' in result && result.problem !== null) {
      run.state.addProblem(result.problem);
    }
  }
  if (isCancelled()) {
    await CancellationScope.current().cancelRequested;
  }
  return results.flatMap((result) => ('runId' in result ? [result.runId] : []));
};
