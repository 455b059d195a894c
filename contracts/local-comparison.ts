/** What `tt-exp compare` asks for and gets. */
import type { BestOfRow, ComparedMetric, MeasuredModel, MetricDifference } from './comparison.ts';
import type { DatasetSummary } from './dataset.ts';
import type { Device } from './local-model.ts';
import type { TensorflowInfo } from './tensorflow.ts';
import type { EvaluatedSplit } from './trainer.ts';

export interface ComparisonRequest {
  /** Two or more, each as `evaluate` takes one. */
  readonly models: readonly string[];
  /** A dataset version; null: that of the first model's training. */
  readonly data: string | null;
  readonly split: EvaluatedSplit;
  readonly device: Device;
}

export type SettingValue = string | number | boolean | null | readonly (string | number | boolean | null)[];

export interface ComparedModel extends MeasuredModel {
  /** As it was asked for. */
  readonly ref: string;
  /** Of the registry: `name/version`; else as `ref`. */
  readonly name: string;
  readonly runId: string | null;
  readonly datasetVersion: string;
  readonly bestEpoch: number;
  /** Settings of its training by their config key. */
  readonly params: Readonly<Record<string, SettingValue>>;
}

export interface ModelComparison {
  readonly dataset: DatasetSummary;
  readonly split: EvaluatedSplit;
  readonly users: number;
  readonly confidence: number;
  /** Least label that counts as relevant, for all of them: that of the first model's training. */
  readonly relevanceThreshold: number;
  readonly subjects: readonly ComparedModel[];
  /** Each pair once, in the order of the subjects. */
  readonly differences: readonly MetricDifference[];
  /** Keys of `params` that not all share, sorted. */
  readonly differingParams: readonly string[];
  readonly best: Readonly<Record<ComparedMetric, BestOfRow>>;
  /** What makes figures of some model mean something else than they seem to; one sentence each. */
  readonly warnings: readonly string[];
  readonly tensorflow: TensorflowInfo;
}
