/** What a sweep needs of the config, and of what the steps before it have found. */
import { ApplicationFailure } from '@temporalio/workflow';
import { trialIdOf } from '../contracts/ids.ts';
import { sweepRules } from '../policy/sweep/sweep-rules.ts';
import { trialSettings } from '../policy/trial-plan.ts';
import type { ExperimentRun } from './experiment-run.ts';
import type { SweepPlan } from './sweep-conductor.ts';

export const sweepPlan = ({ input, state, provenance }: ExperimentRun): SweepPlan => {
  const { config, isFresh } = input;
  const { sweep } = config;
  return {
    rules: sweepRules(config),
    metric: sweep?.metric ?? 'ndcg_at_10',
    maxParallel: sweep?.max_parallel ?? 1,
    maxFailures: sweep?.max_failures ?? 1,
    maxSeconds: sweep?.max_seconds ?? null,
    target: sweep?.target ?? null,
    preflight: config.training.preflight,
    onProblem: (problem) => state.addProblem(problem),
    openRequestOf: ({ index, params }, attempt, rungs) => {
      const { mlflowExperimentId, parentRunId, dataset } = state.snapshot;
      if (mlflowExperimentId === null || parentRunId === null || dataset === null) {
        throw ApplicationFailure.nonRetryable('a trial was to begin before there was a dataset', 'INTERNAL');
      }
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
        metric: sweep?.metric ?? 'ndcg_at_10',
        mayReuse: !isFresh,
      };
    },
  };
};
