/** Generated from config/experiment.schema.json by `npm run generate`. Do not edit. */

/**
 * One tt-exp experiment: which data, which two-tower model, which hyperparameters, and what it takes to become champion.
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
   * What this experiment is to find out. Becomes the note of the MLflow parent run.
   */
  description?: string;
  /**
   * Seed of everything random: split, negatives, initial weights, batches, sampler.
   */
  seed?: number;
  data?: DataConfig;
  model?: ModelConfig;
  training?: TrainingConfig;
  evaluation?: EvaluationConfig;
  sweep?: SweepConfig;
  gate?: GateConfig;
}
/**
 * Which data, and how it becomes samples.
 */
export interface DataConfig {
  /**
   * Only interactions of this use case are used.
   */
  use_case?: string;
  source?: SyntheticSource;
  /**
   * Users with fewer interactions are left out.
   */
  min_interactions?: number;
  /**
   * Negative samples for each user-item pair with a label of 1.0.
   */
  negative_samples?: number;
  /**
   * Least share of users and of items that must have a text embedding.
   */
  min_coverage?: number;
  split?: SplitConfig;
}
/**
 * The built-in data set: simulated developers and startups with a known truth.
 */
export interface SyntheticSource {
  /**
   * Kind of source.
   */
  type?: 'synthetic';
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
 * How samples are divided into training, validation and test parts. The shares must add up to 1.
 */
export interface SplitConfig {
  /**
   * random keeps all events of one user-item pair on one side; temporal cuts by time.
   */
  method?: 'random' | 'temporal';
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
}
/**
 * How a trial is trained.
 */
export interface TrainingConfig {
  /**
   * weighted_bce: binary cross-entropy weighted by the strength of the interaction. in_batch_softmax: sampled softmax over the batch with logQ correction.
   */
  loss?: 'weighted_bce' | 'in_batch_softmax';
  /**
   * Most epochs of one trial.
   */
  num_epochs?: number;
  /**
   * Samples in one step.
   */
  batch_size?: number;
  /**
   * Peak learning rate; cosine annealing brings it to zero.
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
   * Fresh unobserved items per sample and epoch that the weighted_bce loss sees with label 0.
   */
  sampled_negatives?: number;
  /**
   * Temperature of in_batch_softmax.
   */
  temperature?: number;
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
   * grid: every combination, each once. random: max_trials independent draws from the seed.
   */
  sampler?: 'grid' | 'random';
  /**
   * Most trials. Required for random; a grid without it tries every point.
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
   * Dotted config key to the values to try.
   */
  space: {
    [k: string]: SearchParameter;
  };
}
/**
 * A list of choices, or a range.
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
}
export interface SearchRange {
  /**
   * Least value, included.
   */
  low: number;
  /**
   * Greatest value, included.
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
 * What the best trial must show to become champion.
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
   * Least mean improvement in test NDCG@10 over the champion, on the same users.
   */
  min_improvement?: number;
  /**
   * Confidence of the interval that must lie above min_improvement.
   */
  confidence?: number;
  /**
   * Wait for a person's approval before the champion changes.
   */
  require_approval?: boolean;
}
