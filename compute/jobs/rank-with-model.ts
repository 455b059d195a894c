/** One loaded model ranks one part of a dataset version. */
import type { CategoryFeature, LoadedDataset } from '../../contracts/dataset.ts';
import type { EvaluationReport } from '../../contracts/metrics.ts';
import type { EvaluatedSplit, ModelSource } from '../../contracts/trainer.ts';
import { dotScorer } from '../../models/evaluation/dot-scorer.ts';
import { measureCalibration } from '../../models/reports/calibration.ts';
import {
  evaluateWithReport,
  type ReportedEvaluation,
  type ReportOptions,
} from '../../models/reports/evaluate-with-report.ts';
import { type EmbeddedDataset, type LoadedModel, loadModel } from '../../registry/load-model.ts';

export interface Ranking {
  readonly datasetFolder: string;
  readonly split: EvaluatedSplit;
  /** null: that of the model's training. */
  readonly relevanceThreshold: number | null;
  /** null: those that the model's encoder knows. */
  readonly categories?: readonly CategoryFeature[] | null;
  readonly watch?: ReportOptions['watch'];
  readonly onRanking?: ReportOptions['onRanking'];
  readonly onUser?: ReportOptions['onUser'];
  readonly onBlock: () => void;
}

export interface RankedPart extends ReportedEvaluation, EvaluationReport {
  readonly relevanceThreshold: number;
  /** Without the users' vectors, of which there may be many. */
  readonly embedded: Omit<EmbeddedDataset, 'users'>;
}

/** A model ranks with the features of its own encoder, which may be older than the dataset version. */
export const rankWithModel = async (
  { manifest, embed }: LoadedModel,
  { datasetFolder, split, relevanceThreshold: given, categories, watch = [], onRanking, onUser, onBlock }: Ranking,
  dataset: LoadedDataset,
): Promise<RankedPart> => {
  const { users, ...embedded } = await embed(datasetFolder, dataset);
  const { items, dim } = embedded;
  const { temperature, settings } = manifest;
  const relevanceThreshold = given ?? settings.relevanceThreshold;
  const samples = dataset.samples[split];
  return {
    ...evaluateWithReport({
      ...{ scorer: dotScorer(users, items, dim), dataset, split, relevanceThreshold, watch, onBlock },
      categories: categories ?? embedded.categories,
      ...(onRanking && { onRanking }),
      ...(onUser && { onUser }),
    }),
    calibration: measureCalibration({ users, items, dim, temperature, samples, relevanceThreshold }),
    relevanceThreshold,
    embedded,
  };
};

/** From its files to its ranking; nothing of the model stays loaded. */
export const evaluateModel = async (
  source: ModelSource,
  ranking: Ranking,
  dataset: LoadedDataset,
): Promise<RankedPart> => {
  const model = await loadModel(source);
  try {
    return await rankWithModel(model, ranking, dataset);
  } finally {
    model.dispose();
  }
};

export const reportOf = ({ slices, categories, popularity_bias, calibration }: EvaluationReport): EvaluationReport => ({
  slices,
  categories,
  popularity_bias,
  calibration,
});
