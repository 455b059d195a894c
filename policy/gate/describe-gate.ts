/** What a gate asks, as one line for people. */
import type { GateConfig } from '../../contracts/experiment-config.ts';
import { comparisonSettings } from './gate-settings.ts';
import { guardName } from './measure-guards.ts';

export const describeGate = (gate: Required<GateConfig>): string => {
  const { margin, guards } = comparisonSettings(gate);
  const question =
    margin === null
      ? `improvement over the champion above ${gate.min_improvement}`
      : `a loss of ${margin} or more to the champion ruled out`;
  const guarded = guards.length === 0 ? '' : `, guards ${guards.map(guardName).join(', ')}`;
  return `model ${gate.model_name}, test NDCG@10 at least ${gate.min_ndcg_at_10}, ${question}${guarded}`;
};
