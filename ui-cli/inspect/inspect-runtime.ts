import type { ExperimentFacts, ObjectiveCurves } from '../../contracts/experiment-facts.ts';
import type { TrialExplanation } from '../../contracts/explanation.ts';
import type { ParameterImportances } from '../../contracts/importance.ts';
import type { Counterfactual, SweepReplay } from '../../contracts/replay.ts';
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import type { TrialView } from '../../contracts/trial.ts';
import type { PlatformRuntime } from '../platform/platform-runtime.ts';

/** Pure functions over recorded facts; loaded when they are needed. */
export interface Analysis {
  replay(facts: ExperimentFacts, curves: ObjectiveCurves): SweepReplay;
  counterfactual(facts: ExperimentFacts, changed: ResolvedConfig, curves: ObjectiveCurves): Counterfactual;
  /** null without a sweep. */
  importances(facts: ExperimentFacts): ParameterImportances | null;
  /** null where there is no such trial. */
  /** @param trial one of those of the facts */
  explain(facts: ExperimentFacts, trial: TrialView, curves: ObjectiveCurves): TrialExplanation;
}

export interface InspectRuntime extends PlatformRuntime {
  analysis(): Promise<Analysis>;
}
