import { sweepImportances } from '../../policy/importance/sweep-importances.ts';
import { counterfactualSweep } from '../../policy/sweep/counterfactual-sweep.ts';
import { explainTrial } from '../../policy/sweep/explain-trial.ts';
import { replaySweep } from '../../policy/sweep/replay-sweep.ts';
import type { Analysis } from '../../ui-cli/inspect/inspect-runtime.ts';

export const ANALYSIS: Analysis = {
  replay: replaySweep,
  counterfactual: counterfactualSweep,
  explain: explainTrial,
  importances: sweepImportances,
};
