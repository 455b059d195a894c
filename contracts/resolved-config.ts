import type { LabelRule } from './dataset.ts';
import type {
  CategoricalFeature,
  CsvDialect,
  DataConfig,
  EmbeddingFeature,
  EntityTable,
  EvaluationConfig,
  EventTable,
  FilesSource,
  GateConfig,
  IdFeature,
  ModelConfig,
  MultiCategoricalFeature,
  NegativesConfig,
  NotifyConfig,
  NumericFeature,
  PostgresSource,
  SchedulerConfig,
  SplitConfig,
  SqliteSource,
  SweepConfig,
  SyntheticSource,
  TableLocation,
  TextFeature,
  TpeConfig,
  TrainingConfig,
  TrueFactors,
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
  /** null: nothing is sent. */
  readonly notify: Required<NotifyConfig> | null;
}

export interface ResolvedData extends Omit<Required<DataConfig>, 'source' | 'split' | 'labels' | 'negatives'> {
  readonly source: ResolvedSource;
  readonly labels: Readonly<Record<string, LabelRule>>;
  readonly negatives: Required<NegativesConfig>;
  readonly split: Required<SplitConfig>;
}

export type ResolvedSource = ResolvedSynthetic | ResolvedFiles | ResolvedSqlite | ResolvedPostgres;
/** A source whose tables and columns the config maps. */
export type ResolvedMapped = ResolvedFiles | ResolvedSqlite | ResolvedPostgres;

export type ResolvedSynthetic = Required<SyntheticSource>;

interface ResolvedTables {
  readonly users: ResolvedEntities;
  readonly items: ResolvedEntities;
  readonly interactions: ResolvedEvents;
  readonly incremental: boolean;
  readonly late_hours: number;
}

export type ResolvedFiles = Pick<FilesSource, 'type'> & ResolvedTables;
export type ResolvedSqlite = Pick<SqliteSource, 'type' | 'path'> & ResolvedTables;
export type ResolvedPostgres = Required<Pick<PostgresSource, 'type' | 'url_env' | 'timeout_seconds'>> & ResolvedTables;

/** Without `columns` a CSV file has a header. */
export type ResolvedCsv = Required<Omit<CsvDialect, 'columns'>> & Pick<CsvDialect, 'columns'>;

/** `path` for files; `table` or `query` for databases. */
export interface ResolvedLocation extends Omit<TableLocation, 'format' | 'csv'> {
  readonly format: NonNullable<TableLocation['format']>;
  readonly csv: ResolvedCsv;
}

export interface ResolvedEntities
  extends ResolvedLocation,
    Omit<EntityTable, keyof TableLocation | 'features' | 'true_factors'> {
  readonly features: Readonly<Record<string, ResolvedFeature>>;
  readonly true_factors?: Omit<TrueFactors, 'from'> & { readonly from: ResolvedLocation };
}

export interface ResolvedEvents
  extends ResolvedLocation,
    Omit<EventTable, keyof TableLocation | 'user' | 'item' | 'time_unit'> {
  readonly user: string;
  readonly item: string;
  readonly time_unit: NonNullable<EventTable['time_unit']>;
}

interface ResolvedFrom {
  readonly from?: ResolvedLocation;
}

export type ResolvedFeature =
  | (Omit<CategoricalFeature, 'width'> & { readonly width: number })
  | (Omit<MultiCategoricalFeature, 'width' | 'separator' | 'from'> &
      ResolvedFrom & { readonly width: number; readonly separator: string })
  | (Omit<NumericFeature, 'transform'> & { readonly transform: NonNullable<NumericFeature['transform']> })
  | TextFeature
  | (Omit<EmbeddingFeature, 'from'> & ResolvedFrom)
  | IdFeature;

export interface ResolvedSweep extends Omit<Required<SweepConfig>, 'max_trials' | 'scheduler' | 'tpe'> {
  /** null: every point of the grid. */
  readonly max_trials: number | null;
  readonly scheduler: ResolvedScheduler;
  readonly tpe: Required<TpeConfig>;
  /**
   * What a trial has at the keys that space, conditions and constraints mention, where its parameters say nothing: the
   * values of `model` and `training`, `fixed` applied.
   */
  readonly base: Readonly<Record<string, unknown>>;
}

export type ResolvedScheduler = Required<SchedulerConfig>;
