/** What the trials of an experiment are compared by. */
import type { RankingMetrics } from './metrics.ts';
import type { ResolvedConfig } from './resolved-config.ts';

/** Metrics of the validation part that a sweep can look at. */
export type ObjectiveName = keyof RankingMetrics;

export type Direction = 'maximise' | 'minimise';

export interface Objective {
  readonly metric: ObjectiveName;
  readonly direction: Direction;
}

/** Of every metric that the schema offers more is better. An experiment without a sweep is judged by NDCG@10. */
export const objectiveOf = ({ sweep }: Pick<ResolvedConfig, 'sweep'>): Objective => ({
  metric: sweep?.metric ?? 'ndcg_at_10',
  direction: 'maximise',
});
