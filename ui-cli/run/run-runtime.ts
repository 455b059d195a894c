import type { DataPlan } from '../../contracts/data-plan.ts';
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import type { TrialParams } from '../../contracts/trial.ts';
import type { DashboardRuntime } from '../dashboard/dashboard-runtime.ts';

export interface ExperimentPlan {
  /** Those whose parameters are known before anything has run. */
  readonly trials: readonly { readonly trialId: string; readonly params: TrialParams }[];
  readonly total: number;
  /** Epochs at which the scheduler looks at trials, the last one their most; one list for each kind of trial. */
  readonly rungs: readonly (readonly number[])[];
  readonly data: DataPlan;
  /** What will not go as the config reads: one sentence each. */
  readonly notes: readonly string[];
}

export interface RunRuntime extends DashboardRuntime {
  /** What a config would do; starts nothing. Throws SPACE_EMPTY. */
  planExperiment(config: ResolvedConfig): Promise<ExperimentPlan>;
}
