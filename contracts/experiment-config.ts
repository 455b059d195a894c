/** Generated from config/experiment.schema.json by `npm run generate`. Do not edit. */

/**
 * Where the data comes from.
 */
export type Source = SyntheticSource | FilesSource | SqliteSource | PostgresSource;
/**
 * Files: a path or glob, or a list of them, relative to the current folder.
 */
export type Path = string | string[];
/**
 * Files: their format; auto goes by the file name.
 */
export type Format = 'auto' | 'csv' | 'parquet' | 'json';
/**
 * Databases: a table or view, with its schema if that is not the default one.
 */
export type Table = string;
/**
 * Databases: a SELECT instead of a table.
 */
export type Query = string;
/**
 * One feature, identified by its kind.
 */
export type Feature =
  CategoricalFeature | MultiCategoricalFeature | NumericFeature | TextFeature | EmbeddingFeature | IdFeature;
/**
 * Column of the table; the feature's name by default.
 */
export type Column = string;
/**
 * Columns in the feature matrix: one for unknown values, the rest for the most frequent ones.
 */
export type Width = number;
/**
 * Read only interactions that are newer than those of the last extraction; needs a time column.
 */
export type Incremental = boolean;
/**
 * How late an interaction may arrive and still be read by an incremental extraction.
 */
export type LateHours = number;

/**
 * One tt-exp experiment: which data, which two-tower model, which hyperparameters, and what a model must achieve to become champion.
 */
export interface ExperimentConfig {
  /**
   * Path of this schema, for completion in editors. Ignored by tt-exp.
   */
  $schema?: string;
  /**
   * Name of the experiment; also the MLflow experiment. Lower-case letters, digits, dot, underscore, hyphen.
   */
  name: string;
  /**
   * What this experiment should find out. Becomes the note of the MLflow parent run.
   */
  description?: string;
  /**
   * Seed for everything random: split, negatives, initial weights, batches, sampler.
   */
  seed?: number;
  data?: DataConfig;
  model?: ModelConfig;
  training?: TrainingConfig;
  evaluation?: EvaluationConfig;
  sweep?: SweepConfig;
  gate?: GateConfig;
  notify?: NotifyConfig;
}
/**
 * Which data, and how it becomes samples.
 */
export interface DataConfig {
  /**
   * Only interactions with this use case are used.
   */
  use_case?: string;
  source?: Source;
  labels?: LabelTable;
  /**
   * Types of interaction that are left out.
   */
  ignored_types?: string[];
  /**
   * What one sample is. event: every interaction. pair: a user and an item, with their strongest signal; a later dislike overrides it.
   */
  unit?: 'event' | 'pair';
  /**
   * Users with fewer interactions are left out.
   */
  min_interactions?: number;
  /**
   * Negative samples for each positive; negatives.per says what a positive is.
   */
  negative_samples?: number;
  negatives?: NegativesConfig;
  /**
   * What turns texts into embeddings: auto (the source's own embeddings, else minilm, else hashed), source, minilm, hashed, a local folder, or the name of a model on the hub.
   */
  text_encoder?: string;
  /**
   * Least share of users and of items that must have a text embedding.
   */
  min_coverage?: number;
  /**
   * Rows that cannot be used are left out and reported, up to this many; more is an error.
   */
  max_bad_rows?: number;
  split?: SplitConfig;
}
/**
 * The built-in data set: simulated developers and startups with a known truth.
 */
export interface SyntheticSource {
  /**
   * The built-in data set.
   */
  type: 'synthetic';
  /**
   * Number of developers.
   */
  users?: number;
  /**
   * Number of startups.
   */
  startups?: number;
  /**
   * Number of engagements; each is a funnel of one or more events.
   */
  interactions?: number;
  /**
   * Seed of the simulation.
   */
  seed?: number;
}
/**
 * CSV, Parquet or JSON files.
 */
export interface FilesSource {
  /**
   * CSV, Parquet or JSON files, gzipped or not.
   */
  type: 'files';
  users?: EntityTable;
  items?: EntityTable;
  interactions: EventTable;
  incremental?: Incremental;
  late_hours?: LateHours;
}
/**
 * Users or items with their features. Without path, table or query, they are the ids that interactions name.
 */
export interface EntityTable {
  path?: Path;
  format?: Format;
  csv?: CsvDialect;
  table?: Table;
  query?: Query;
  /**
   * Column of the id; user_id or item_id by default.
   */
  id?: string;
  /**
   * Maps the name of each feature to what it is.
   */
  features?: {
    [k: string]: Feature;
  };
  true_factors?: TrueFactors;
}
/**
 * How CSV files are written.
 */
export interface CsvDialect {
  /**
   * Separates two values; auto detects commas, semicolons, tabs, pipes, double colons and spaces.
   */
  delimiter?: string;
  /**
   * Decimal separator of numbers; auto detects commas if the delimiter is not a comma.
   */
  decimal?: 'auto' | '.' | ',';
  /**
   * Names of the columns of files without a header.
   *
   * @minItems 1
   */
  columns?: string[];
  /**
   * Encoding of the text; auto tells UTF-16 from UTF-8.
   */
  encoding?: 'auto' | 'utf-8' | 'latin-1' | 'utf-16';
  /**
   * Character around values; empty if there is none.
   */
  quote?: string;
  /**
   * Unquoted text that stands for a missing value.
   */
  null_text?: string;
}
export interface CategoricalFeature {
  /**
   * One value from a vocabulary.
   */
  kind: 'categorical';
  column?: Column;
  width?: Width;
}
export interface MultiCategoricalFeature {
  /**
   * Any number of values from a vocabulary: a list, or text with separators.
   */
  kind: 'multi_categorical';
  column?: Column;
  /**
   * Columns of 0 and 1 instead of one column; the name of each is its value.
   *
   * @minItems 1
   */
  columns?: string[];
  /**
   * Separates the values in a text.
   */
  separator?: string;
  from?: TableLocation;
  /**
   * Column of the id in from; user_id or item_id by default.
   */
  id?: string;
  width?: Width;
}
/**
 * Another table of the same source.
 */
export interface TableLocation {
  path?: Path;
  format?: Format;
  csv?: CsvDialect;
  table?: Table;
  query?: Query;
}
export interface NumericFeature {
  /**
   * A number, standardised.
   */
  kind: 'numeric';
  column?: Column;
  /**
   * log1p: for values that span orders of magnitude.
   */
  transform?: 'none' | 'log1p';
}
export interface TextFeature {
  /**
   * A text for the text encoder; several are joined.
   */
  kind: 'text';
  column?: Column;
}
export interface EmbeddingFeature {
  /**
   * A text embedding that the source provides.
   */
  kind: 'embedding';
  column?: Column;
  /**
   * Length of each embedding.
   */
  dim: number;
  from?: TableLocation;
  /**
   * Column of the id in from; user_id or item_id by default.
   */
  id?: string;
}
export interface IdFeature {
  /**
   * The id itself: an embedding learned for each one seen in training.
   */
  kind: 'id';
}
/**
 * True factors of a simulated data set, for the oracle.
 */
export interface TrueFactors {
  from: TableLocation;
  /**
   * Column of the id.
   */
  id?: string;
  /**
   * Column of the factors.
   */
  column: string;
}
/**
 * Interactions. One of type, constant_type and rating gives their type.
 */
export interface EventTable {
  path?: Path;
  format?: Format;
  csv?: CsvDialect;
  table?: Table;
  query?: Query;
  /**
   * Column of the interaction's id; derived from the row's content by default.
   */
  id?: string;
  /**
   * Column of the user's id.
   */
  user?: string;
  /**
   * Column of the item's id.
   */
  item?: string;
  /**
   * Column of the time; without it no split by time is possible.
   */
  time?: string;
  /**
   * text: a timestamp, UTC unless it names a zone. s, ms, us, ns: a number since 1970. auto: whichever puts most times between 1990 and next year; text in a database with incremental.
   */
  time_unit?: 'auto' | 'text' | 's' | 'ms' | 'us' | 'ns';
  /**
   * Format of times that are not ISO 8601, such as %d.%m.%Y %H:%M for 31.01.2025 18:30 or %m/%d/%Y for 01/31/2025; instead of time_unit.
   */
  time_format?: string;
  /**
   * Column of the interaction's type.
   */
  type?: string;
  /**
   * The type of every interaction.
   */
  constant_type?: string;
  rating?: RatingRules;
  /**
   * Column of the use case; without it every row belongs to data.use_case.
   */
  use_case?: string;
}
/**
 * A column of ratings, and rules that map a rating to a type.
 */
export interface RatingRules {
  /**
   * Column of the rating.
   */
  column: string;
  /**
   * The rule with the highest bound that the rating reaches applies.
   *
   * @minItems 1
   */
  rules: RatingRule[];
}
export interface RatingRule {
  /**
   * Least rating.
   */
  at_least: number;
  /**
   * Type of interaction.
   */
  type: string;
}
/**
 * An SQLite database.
 */
export interface SqliteSource {
  /**
   * An SQLite database, read only.
   */
  type: 'sqlite';
  /**
   * The database file.
   */
  path: string;
  users?: EntityTable;
  items?: EntityTable;
  interactions: EventTable;
  incremental?: Incremental;
  late_hours?: LateHours;
}
/**
 * A Postgres database.
 */
export interface PostgresSource {
  /**
   * A Postgres database: one read-only transaction, one snapshot of all tables.
   */
  type: 'postgres';
  /**
   * Environment variable with the connection URL; if it is not set, PGHOST, PGUSER and so on are used.
   */
  url_env?: string;
  /**
   * Longest wait for the connection and for each statement.
   */
  timeout_seconds?: number;
  users?: EntityTable;
  items?: EntityTable;
  interactions: EventTable;
  incremental?: Incremental;
  late_hours?: LateHours;
}
/**
 * Weight and label of each type of interaction; entries given here are merged over the default table.
 */
export interface LabelTable {
  apply?: LabelRuleConfig;
  interest?: LabelRuleConfig1;
  favorite?: LabelRuleConfig2;
  like?: LabelRuleConfig3;
  click?: LabelRuleConfig4;
  view?: LabelRuleConfig5;
  dislike?: LabelRuleConfig6;
  [k: string]: LabelRuleConfig7;
}
/**
 * Weight and label of one type of interaction.
 */
export interface LabelRuleConfig {
  /**
   * Its absolute value is the sample's weight in the loss; not 0.
   */
  weight: number;
  /**
   * Target of the prediction.
   */
  label: number;
}
/**
 * Weight and label of one type of interaction.
 */
export interface LabelRuleConfig1 {
  /**
   * Its absolute value is the sample's weight in the loss; not 0.
   */
  weight: number;
  /**
   * Target of the prediction.
   */
  label: number;
}
/**
 * Weight and label of one type of interaction.
 */
export interface LabelRuleConfig2 {
  /**
   * Its absolute value is the sample's weight in the loss; not 0.
   */
  weight: number;
  /**
   * Target of the prediction.
   */
  label: number;
}
/**
 * Weight and label of one type of interaction.
 */
export interface LabelRuleConfig3 {
  /**
   * Its absolute value is the sample's weight in the loss; not 0.
   */
  weight: number;
  /**
   * Target of the prediction.
   */
  label: number;
}
/**
 * Weight and label of one type of interaction.
 */
export interface LabelRuleConfig4 {
  /**
   * Its absolute value is the sample's weight in the loss; not 0.
   */
  weight: number;
  /**
   * Target of the prediction.
   */
  label: number;
}
/**
 * Weight and label of one type of interaction.
 */
export interface LabelRuleConfig5 {
  /**
   * Its absolute value is the sample's weight in the loss; not 0.
   */
  weight: number;
  /**
   * Target of the prediction.
   */
  label: number;
}
/**
 * Weight and label of one type of interaction.
 */
export interface LabelRuleConfig6 {
  /**
   * Its absolute value is the sample's weight in the loss; not 0.
   */
  weight: number;
  /**
   * Target of the prediction.
   */
  label: number;
}
/**
 * Weight and label of one type of interaction.
 */
export interface LabelRuleConfig7 {
  /**
   * Its absolute value is the sample's weight in the loss; not 0.
   */
  weight: number;
  /**
   * Target of the prediction.
   */
  label: number;
}
/**
 * Items that a user has not met, as samples with label 0.
 */
export interface NegativesConfig {
  /**
   * negative_samples for each user-item pair with a label of 1.0, or for each interaction with a label above 0.
   */
  per?: 'pair' | 'positive';
  /**
   * Draws every item with equal chance, or in proportion to how often training met it.
   */
  draw?: 'uniform' | 'popularity';
  /**
   * Weight of a negative sample in the loss.
   */
  weight?: number;
}
/**
 * How samples are divided into training, validation and test parts. The shares must add up to 1.
 */
export interface SplitConfig {
  /**
   * random keeps all events of one user-item pair on one side; temporal cuts by time; leave_one_out tests each user's last pair and validates the one before; user_cold_start keeps all of a user on one side.
   */
  method?: 'random' | 'temporal' | 'leave_one_out' | 'user_cold_start';
  /**
   * Share of the training part.
   */
  train?: number;
  /**
   * Share of the validation part.
   */
  validation?: number;
  /**
   * Share of the test part.
   */
  test?: number;
}
/**
 * The two towers.
 */
export interface ModelConfig {
  /**
   * Width of each hidden layer of both towers.
   *
   * @maxItems 8
   */
  hidden_dims?: number[];
  /**
   * Width of the two embeddings.
   */
  embedding_dim?: number;
  /**
   * Dropout after the first hidden layer.
   */
  dropout_rate?: number;
  /**
   * Dropout after every further hidden layer.
   */
  dropout_rate_middle?: number;
  /**
   * What follows every hidden layer.
   */
  activation?: 'relu' | 'gelu';
  /**
   * Layer normalisation of every hidden layer, before its activation.
   */
  layer_norm?: boolean;
  /**
   * l2: embeddings have length 1, and scores are cosine similarities divided by training.temperature. none: scores are dot products of any size. auto: l2 for in_batch_softmax, none for the other losses.
   */
  normalisation?: 'auto' | 'l2' | 'none';
  /**
   * Add to each user's embedding a sum of trained embeddings of the items that the user met in training with a label above 0, so that a user is represented by what they did.
   */
  user_history?: boolean;
  /**
   * Share of ids treated as unknown in training, so that embeddings for unknown users and items are learned too; 0 leaves those at zero. For features of kind id.
   */
  id_dropout?: number;
  /**
   * Share of a user's history that a training step leaves out, drawn anew for each step, so that any part of it can represent the user. For model.user_history.
   */
  history_dropout?: number;
}
/**
 * How a trial is trained.
 */
export interface TrainingConfig {
  /**
   * weighted_bce: binary cross-entropy weighted by the strength of the interaction. in_batch_softmax: sampled softmax over the items of the batch with logQ correction. bpr: pairwise ranking of met against unmet items.
   */
  loss?: 'weighted_bce' | 'in_batch_softmax' | 'bpr';
  /**
   * Most epochs of one trial.
   */
  num_epochs?: number;
  /**
   * Samples in one step.
   */
  batch_size?: number;
  /**
   * Peak learning rate.
   */
  learning_rate?: number;
  /**
   * Decoupled weight decay of AdamW.
   */
  weight_decay?: number;
  /**
   * Epochs without a better validation NDCG@10 before a trial ends.
   */
  early_stopping_patience?: number;
  /**
   * Fresh unmet items per sample and epoch: label 0 for weighted_bce, the lesser of a pair for bpr. in_batch_softmax takes every item of the batch instead.
   */
  sampled_negatives?: number;
  /**
   * Items drawn uniformly from the catalogue into every batch, beside those of its samples, so that rare items are compared too (mixed negative sampling); with 0, only the batch's own are. null: as many as batch_size for in_batch_softmax, a quarter of it for the other losses.
   */
  mixed_negatives?: number | null;
  /**
   * Divisor of the cosine similarities; unused if embeddings are not normalised.
   */
  temperature?: number;
  /**
   * Train the temperature, starting at its configured value; it stays at 0.01 or above.
   */
  learn_temperature?: boolean;
  /**
   * Epochs over which the learning rate climbs to its peak before training.schedule begins; may be fractional.
   */
  warmup_epochs?: number;
  /**
   * Learning rate after its climb: cosine annealing to zero, or constant at its peak. A training can be extended to more epochs only if that leaves the earlier rates unchanged.
   */
  schedule?: 'cosine' | 'constant';
  /**
   * Epoch at which cosine annealing reaches zero, where the rate then stays. null: num_epochs.
   */
  schedule_epochs?: number | null;
  /**
   * Largest norm of the gradient over all parameters; a larger one is scaled down to it. 0: not clipped.
   */
  clip_norm?: number;
  /**
   * Training time of one trial; it ends with the epoch that reaches it. null: no limit.
   */
  max_seconds?: number | null;
  /**
   * mixed: on a GPU the towers multiply matrices in bfloat16; parameters, losses and the optimiser stay float32. Elsewhere training uses float32, with a notice.
   */
  precision?: 'float32' | 'mixed';
  /**
   * Check before the first epoch that no validation or test data reaches training, and that the metrics are right. Changes no result.
   */
  preflight?: boolean;
}
/**
 * How rankings are judged.
 */
export interface EvaluationConfig {
  /**
   * Least label that counts as relevant for precision, recall, hit rate, F1 and MAP.
   */
  relevance_threshold?: number;
}
/**
 * Which hyperparameters to try. Without this block the experiment has exactly one trial.
 */
export interface SweepConfig {
  /**
   * grid: every combination, each once. random: independent draws. halton: draws spread evenly over the space. tpe: draws near the trials that did best so far. All but grid need max_trials; all are functions of the seed.
   */
  sampler?: 'grid' | 'random' | 'halton' | 'tpe';
  /**
   * Most trials, including enqueued ones. Required for every sampler except grid; a grid without it tries every point.
   */
  max_trials?: number;
  /**
   * Most trials that run at once.
   */
  max_parallel?: number;
  /**
   * Failed trials after which no further trial starts.
   */
  max_failures?: number;
  /**
   * Time for all trials together, counted from the start of the first; after it no further trial starts, and running ones end their epoch and keep their results. null: no limit.
   */
  max_seconds?: number | null;
  /**
   * Value of the metric that is good enough: once a finished trial reaches it, no further trial starts. null: all trials run.
   */
  target?: number | null;
  /**
   * Validation metric, at a trial's best epoch, by which sampler, scheduler and the choice of the best trial judge.
   */
  metric?: 'ndcg_at_10' | 'precision_at_10' | 'recall_at_10' | 'f1_at_10' | 'hit_rate_at_10' | 'map';
  scheduler?: SchedulerConfig;
  tpe?: TpeConfig;
  /**
   * Maps a dotted config key to the values to try.
   */
  space: {
    [k: string]: SearchParameter;
  };
  /**
   * Maps a dotted config key to a value that all trials have, which overrides model and training. Part of their settings, not of their parameters.
   */
  fixed?: {
    [k: string]: unknown;
  };
  /**
   * Expressions over dotted config keys that every trial of the space must fulfil, such as training.batch_size * model.embedding_dim <= 65536.
   *
   * @maxItems 100
   */
  constraints?: string[];
  /**
   * Trials to run first, each a map of dotted config keys to values; they may lie outside the space. A parameter that is left out has the config's own value.
   *
   * @maxItems 10000
   */
  enqueue?: {
    [k: string]: unknown;
  }[];
}
/**
 * What ends weak trials before their last epoch.
 */
export interface SchedulerConfig {
  /**
   * none: every trial trains to its end. asha: successive halving, in which the best 1/reduction continue at each rung. hyperband: asha with several minimum budgets. median: ends a trial below the median of its peers at the same epoch. patience: ends a trial that has not improved for some rungs.
   */
  type?: 'none' | 'asha' | 'hyperband' | 'median' | 'patience';
  /**
   * Epochs of the first rung.
   */
  min_epochs?: number;
  /**
   * asha, hyperband: each rung has this many times the epochs of the one before, and the best 1/reduction of the trials continue.
   */
  reduction?: number;
  /**
   * median, patience: epochs between two rungs.
   */
  interval_epochs?: number;
  /**
   * median: no trial ends before this many peers have reported at its rung.
   */
  warmup_trials?: number;
  /**
   * patience: a trial ends after this many rungs in a row without a better value.
   */
  rungs_without_gain?: number;
  /**
   * patience: a value counts as better if it is higher by more than this.
   */
  min_gain?: number;
  /**
   * ordered: a trial is compared with the trials before it in the plan and waits for them, so that the same seed ends the same trials however many run at once. asynchronous: a trial is compared with those that have reported so far, and waits for none.
   */
  mode?: 'ordered' | 'asynchronous';
}
/**
 * Settings of the sampler tpe.
 */
export interface TpeConfig {
  /**
   * Evenly spread trials before the first one chosen by the outcomes of others.
   */
  startup_trials?: number;
  /**
   * Draws from the density of the good trials, the best of which becomes the next trial.
   */
  candidates?: number;
  /**
   * A trial is chosen by the outcomes of the trials at least this far before it; those in between count as running. The list of trials is the same with any number of slots; slots beyond this number stay idle.
   */
  proposal_lag?: number;
}
/**
 * A list of choices or a range, optionally with a condition.
 */
export interface SearchParameter {
  /**
   * The values to try.
   *
   * @minItems 1
   */
  choice?: unknown[];
  int?: SearchRange;
  float?: SearchRange;
  /**
   * The parameter is part of a trial only if each of these keys, of the space or of the config, has one of the listed values.
   */
  when?: {
    /**
     * @minItems 1
     */
    [k: string]: unknown[];
  };
}
export interface SearchRange {
  /**
   * Least value, inclusive.
   */
  low: number;
  /**
   * Greatest value, inclusive.
   */
  high: number;
  /**
   * Distance between values; needed for a grid over floats.
   */
  step?: number;
  /**
   * Draw evenly on a logarithmic scale.
   */
  log?: boolean;
}
/**
 * What the best trial must achieve to become champion.
 */
export interface GateConfig {
  /**
   * Registered model in MLflow.
   */
  model_name?: string;
  /**
   * Least test NDCG@10 of a candidate.
   */
  min_ndcg_at_10?: number;
  /**
   * What must be shown against the champion. superior: better by more than min_improvement. non_inferior: not worse by margin or more, nor than the best champion of the last 12 months.
   */
  rule?: 'superior' | 'non_inferior';
  /**
   * Least mean improvement in test NDCG@10 over the champion, on the same users, for the rule superior.
   */
  min_improvement?: number;
  /**
   * Loss of test NDCG@10 that the rule non_inferior must rule out.
   */
  margin?: number;
  /**
   * Confidence of the interval that must lie above min_improvement, or above -margin; guards are tested one-sided at (1 - confidence) / 2.
   */
  confidence?: number;
  /**
   * Measures that must not become worse than the champion's.
   *
   * @maxItems 20
   */
  guards?: GuardConfig[];
  /**
   * Trainings of the best trial's settings that the gate compares, with other seeds: the interval then holds for the settings and not for one seed. 1: only the trial itself.
   */
  replicates?: number;
  /**
   * manual: a candidate that the gate lets pass becomes champion only once a person approves. The experiment ends meanwhile.
   */
  approval?: 'auto' | 'manual';
  /**
   * Hours after which a candidate that nobody has approved is rejected. null: it waits as long as it takes.
   */
  approval_timeout?: number | null;
  /**
   * true: the same as approval: manual.
   */
  require_approval?: boolean;
  /**
   * When the champion cannot be evaluated on the new data (its files or a feature are gone). retrain: its recorded settings, trained on the new data, stand in for it; where that is impossible, a person decides. supersede: the candidate takes its place, for supersede_reason. keep: no candidate is promoted.
   */
  unreadable_champion?: 'retrain' | 'supersede' | 'keep';
  /**
   * Why a champion that cannot be evaluated may be replaced; required with unreadable_champion supersede, and recorded in the ledger.
   */
  supersede_reason?: string;
  /**
   * When somebody moves or removes the champion in MLflow by hand. accept: the ledger adopts it. revert: it is taken back. The last experiment of a model decides.
   */
  manual_moves?: 'accept' | 'revert';
  /**
   * required: before an alias moves, a server is started on the candidate's bundle and must answer the test users as the evaluation ranked them. off: nobody asks it.
   */
  blessing?: 'required' | 'off';
  /**
   * Milliseconds within which the server that a blessing asks must answer 99 % of single requests.
   */
  blessing_p99_ms?: number;
}
/**
 * A measure of the candidate that must not become worse than the champion's by more than a tolerance.
 */
export interface GuardConfig {
  /**
   * Recall@10; NDCG@10 of cold, warm or hot users, or of a slice; share of the catalogue that is recommended (coverage); mean popularity percentile of what is recommended; size of the model's files; time to score 100 users.
   */
  metric:
    | 'recall_at_10'
    | 'cold_ndcg_at_10'
    | 'warm_ndcg_at_10'
    | 'hot_ndcg_at_10'
    | 'slice'
    | 'coverage'
    | 'popularity_share'
    | 'model_size_mb'
    | 'scoring_latency_ms';
  /**
   * How much worse is still accepted. In the metric's own unit; for model_size_mb and scoring_latency_ms a share of the champion's, so that 0.1 is 10 %. Above 0 for metrics that are means over users.
   */
  tolerance: number;
  /**
   * For the metric slice: user.feature=value or item.feature=value, of a categorical feature.
   */
  slice?: string;
}
/**
 * A webhook that is notified how the experiment went: a POST with a JSON object. Without this block nothing is sent. It changes no result and is not part of the experiment's id.
 */
export interface NotifyConfig {
  /**
   * Environment variable of the tt-cpu workers that holds the address, which is a secret.
   */
  url_env?: string;
  /**
   * end: completed or cancelled. failure: failed. gate: decided, or waiting for approval.
   *
   * @minItems 1
   */
  on?: ('end' | 'failure' | 'gate')[];
}
