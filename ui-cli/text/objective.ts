/** What trials are compared by, as people read it. */
import type { EvaluationSummary } from '../../contracts/metrics.ts';
import type { Objective } from '../../contracts/objective.ts';
import { shownTraining, type TrialView } from '../../contracts/trial.ts';
import { isRanked } from '../../policy/ranking.ts';
import { formatMetric } from './formats.ts';
import { metricName } from './metric-table.ts';

/** What a trial is ranked by; of one that is not ranked, how far it came. */
export const shownValue = (trial: TrialView, { metric }: Objective): number | null =>
  isRanked(trial) ? trial.value : (shownTraining(trial)?.validation[metric] ?? trial.value);

/** `3/7`: its best epoch, of those that it has trained. */
export const bestEpochText = (trial: TrialView): string => {
  const training = shownTraining(trial);
  return training === null ? '–' : `${training.bestEpoch}/${training.epochs}`;
};

/** `recall@10 0.3000` */
export const objectiveText = ({ metric }: Pick<Objective, 'metric'>, value: number | null): string =>
  `${metricName(metric)} ${formatMetric(value)}`;

/** Epochs are compared by NDCG@10 whatever trials are compared by: that is shown too. */
export const epochText = (validation: Readonly<Partial<EvaluationSummary>>, objective: Objective): string =>
  [
    ...(objective.metric === 'ndcg_at_10' ? [] : [objectiveText(objective, validation[objective.metric] ?? null)]),
    `${metricName('ndcg_at_10')} ${formatMetric(validation.ndcg_at_10)}`,
  ].join(' ');
