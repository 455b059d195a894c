/** What a sweep needs of the config, and of what the steps before it have found. */
import { ApplicationFailure, setCurrentDetails } from '@temporalio/workflow';
import { trialIdOf } from '../contracts/ids.ts';
import { objectiveOf } from '../contracts/objective.ts';
import { describeProgress } from '../policy/describe-progress.ts';
import { sweepRules } from '../policy/sweep/sweep-rules.ts';
import { trialSettings } from '../policy/trial-plan.ts';
import type { SweepPlan } from './conductor-plan.ts';
import { currentSnapshot, type ExperimentRun } from './experiment-run.ts';

/** Of thousands of trials each hundredth or so: a look at all of them costs more with each. */
const MOST_LOOKS_A_DOUBLING = 50;

export const sweepPlan = (run: ExperimentRun): SweepPlan => {
  const { input, state, provenance } = run;
  const { config, isFresh } = input;
  let outcomes = 0;
  const { sweep } = config;
  return {
    rules: sweepRules(config),
    idOf: trialIdOf,
    metric: objectiveOf(config).metric,
    maxParallel: sweep?.max_parallel ?? 1,
    maxFailures: sweep?.max_failures ?? 1,
    maxSeconds: sweep?.max_seconds ?? null,
    target: sweep?.target ?? null,
    preflight: config.training.preflight,
    onOutcome: () => {
      outcomes += 1;
      if (outcomes % Math.ceil(outcomes / MOST_LOOKS_A_DOUBLING) === 0) {
        setCurrentDetails(describeProgress(currentSnapshot(run)));
      }
    },
    onProblem: (problem) => state.addProblem(problem),
    openRequestOf: ({ index, params }, attempt, rungs) => {
      const { snapshot } = state;
      if (snapshot.phase !== 'train') {
        throw ApplicationFailure.nonRetryable('a trial was to begin before there was a dataset', 'INTERNAL');
      }
      const { mlflowExperimentId, parentRunId, dataset } = snapshot;
      return {
        provenance,
        mlflowExperimentId,
        parentRunId,
        trialId: trialIdOf(index),
        attempt,
        params,
        settings: trialSettings(config, params),
        dataset,
        rungs,
        metric: objectiveOf(config).metric,
        mayReuse: !isFresh,
      };
    },
  };
};
