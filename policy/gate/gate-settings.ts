/** What a config asks of a comparison. Configs of earlier versions say nothing of rule, margin and guards. */
import type { GateConfig, GuardConfig } from '../../contracts/experiment-config.ts';

type Asked = Pick<GateConfig, 'rule' | 'margin' | 'min_improvement' | 'guards'>;

export interface ComparisonSettings {
  /** Loss to be ruled out; null for the rule `superior`. */
  readonly margin: number | null;
  /** Gain that has to be exceeded; 0 where a loss is to be ruled out. */
  readonly minImprovement: number;
  readonly guards: readonly GuardConfig[];
}

/** The schema's default, for configs that were completed before it had one. */
const DEFAULT_MARGIN = 0.01;

export const comparisonSettings = ({
  rule,
  margin = DEFAULT_MARGIN,
  min_improvement: minImprovement = 0,
  guards = [],
}: Asked): ComparisonSettings => ({
  minImprovement: rule === 'non_inferior' ? 0 : minImprovement,
  margin: rule === 'non_inferior' ? margin : null,
  guards,
});
