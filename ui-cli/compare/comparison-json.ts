/** A comparison as scripts read it. */
import type { ComparedModel, ModelComparison } from '../../contracts/local-comparison.ts';

const subjectJson = ({ ref, name, runId, datasetVersion, bestEpoch, params, ...measured }: ComparedModel): object => {
  const { metrics, summary, report } = measured;
  return {
    ref,
    name,
    run_id: runId,
    dataset_version: datasetVersion,
    best_epoch: bestEpoch,
    params,
    metrics,
    coverage: summary.coverage,
    novelty: summary.novelty,
    ...report,
  };
};

export const comparisonJson = (comparison: ModelComparison): object => ({
  dataset: comparison.dataset,
  split: comparison.split,
  users: comparison.users,
  confidence: comparison.confidence,
  relevance_threshold: comparison.relevanceThreshold,
  subjects: comparison.subjects.map(subjectJson),
  differences: comparison.differences,
  differing_params: comparison.differingParams,
  best: comparison.best,
  warnings: comparison.warnings,
  tensorflow: comparison.tensorflow,
});
