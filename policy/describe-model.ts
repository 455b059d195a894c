/** What the registry says of a model version: where it comes from and how good it is. */
import type { TestEvaluation } from '../contracts/experiment.ts';
import type { TrialView } from '../contracts/trial.ts';

export interface DescribedModel {
  readonly experimentId: string;
  readonly datasetVersion: string;
  readonly trial: TrialView;
  readonly test: TestEvaluation;
}

/** Markdown. */
export const describeModel = ({ experimentId, datasetVersion, trial, test }: DescribedModel): string => {
  const validation = trial.result === null ? [] : [`validation ${trial.result.validation.ndcg_at_10.toFixed(4)}`];
  const params = Object.entries(trial.params).map(([key, value]) => `${key} ${JSON.stringify(value)}`);
  return [
    `${trial.trialId} of ${experimentId}, trained on ${datasetVersion}.`,
    `NDCG@10: ${[...validation, `test ${test.model.ndcg_at_10.toFixed(4)}`].join(', ')}.`,
    ...(params.length === 0 ? [] : [`Parameters: ${params.join(', ')}.`]),
  ].join('\n\n');
};
