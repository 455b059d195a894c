import type {
  DataConfig,
  EvaluationConfig,
  GateConfig,
  ModelConfig,
  SplitConfig,
  SweepConfig,
  SyntheticSource,
  TrainingConfig,
} from './experiment-config.ts';

/** An experiment config with every default filled in: what workflows and digests see. */
export interface ResolvedConfig {
  readonly name: string;
  readonly description: string;
  readonly seed: number;
  readonly data: ResolvedData;
  readonly model: Required<ModelConfig>;
  readonly training: Required<TrainingConfig>;
  readonly evaluation: Required<EvaluationConfig>;
  readonly sweep: ResolvedSweep | null;
  readonly gate: Required<GateConfig>;
}

export interface ResolvedData extends Omit<Required<DataConfig>, 'source' | 'split'> {
  readonly source: Required<SyntheticSource>;
  readonly split: Required<SplitConfig>;
}

export interface ResolvedSweep extends Omit<Required<SweepConfig>, 'max_trials'> {
  /** null: every point of the grid. */
  readonly max_trials: number | null;
}
