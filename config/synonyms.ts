/** Words of other tools and papers for the keys and values of a config. */

/** What it is called here, a key with its place or a bare name, to what it is called elsewhere. */
export const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  name: ['title', 'experiment', 'experiment_name', 'run_name'],
  seed: ['random_state', 'random_seed', 'rng_seed'],
  data: ['dataset', 'datasets'],
  model: ['architecture', 'network', 'tower', 'towers', 'hyperparameters'],
  training: ['optimizer', 'optimiser', 'fit', 'trainer', 'hyperparameters'],
  evaluation: ['eval', 'metrics'],
  sweep: ['search', 'tuning', 'tune', 'hpo', 'study'],
  gate: ['promotion', 'registry'],
  notify: ['webhook', 'webhooks', 'notifications', 'alert', 'slack'],
  'data.split.train': ['train_size', 'train_share', 'train_ratio'],
  'data.split.validation': ['val', 'valid', 'dev', 'val_size', 'validation_size', 'val_ratio'],
  'data.split.test': ['test_size', 'test_share', 'test_ratio', 'holdout'],
  'model.hidden_dims': [
    'hidden',
    'layers',
    'hidden_layers',
    'hidden_sizes',
    'hidden_units',
    'mlp',
    'layer_sizes',
    'units',
  ],
  'model.embedding_dim': [
    'dims',
    'dim',
    'emb_dim',
    'embed_dim',
    'embedding_size',
    'emb_size',
    'latent_dim',
    'output_dim',
    'factors',
    'n_factors',
    'num_factors',
  ],
  'model.dropout_rate': ['dropout', 'drop', 'dropout_p', 'drop_rate', 'p_drop'],
  'model.activation': ['act', 'activation_function', 'nonlinearity'],
  'model.layer_norm': ['layernorm', 'ln'],
  'model.normalisation': ['normalization', 'normalize', 'normalise', 'l2_normalize'],
  'model.user_history': ['history', 'sequence', 'user_sequence'],
  'training.loss': ['objective', 'criterion', 'loss_fn', 'loss_function'],
  'training.num_epochs': ['epochs', 'epoch', 'n_epochs', 'max_epochs', 'num_train_epochs', 'nb_epoch'],
  'training.batch_size': ['batch', 'bs', 'minibatch', 'minibatch_size'],
  'training.learning_rate': ['lr', 'eta', 'rate', 'step_size', 'base_lr'],
  'training.weight_decay': ['wd', 'l2', 'decay', 'reg', 'l2_reg', 'regularization', 'regularisation'],
  'training.early_stopping_patience': ['patience', 'early_stopping', 'early_stop'],
  'training.sampled_negatives': ['negatives', 'neg_samples', 'num_negatives', 'n_negatives', 'num_neg'],
  'training.temperature': ['tau', 'temp', 'softmax_temperature'],
  'training.warmup_epochs': ['warmup', 'warm_up', 'warmup_steps'],
  'training.schedule': ['lr_schedule', 'lr_scheduler', 'lr_decay', 'annealing', 'scheduler'],
  'training.clip_norm': ['clip', 'grad_clip', 'gradient_clip', 'gradient_clipping', 'max_grad_norm', 'clip_grad_norm'],
  'training.max_seconds': ['time_limit', 'max_time', 'timeout'],
  'training.precision': ['amp', 'fp16', 'bf16', 'dtype', 'mixed_precision'],
  'evaluation.relevance_threshold': ['threshold', 'relevance', 'positive_threshold'],
  'sweep.sampler': ['method', 'algorithm', 'algo', 'strategy', 'tuner', 'search_alg'],
  'sweep.space': ['params', 'parameters', 'search_space', 'hyperparameters'],
  'sweep.max_trials': ['trials', 'n_trials', 'num_trials', 'num_samples', 'max_evals', 'n_iter', 'budget'],
  'sweep.max_parallel': [
    'parallel',
    'parallelism',
    'n_jobs',
    'jobs',
    'workers',
    'num_workers',
    'concurrency',
    'max_concurrent',
  ],
  'sweep.max_seconds': ['time_limit', 'max_time', 'timeout'],
  'sweep.scheduler': ['pruner', 'early_terminate', 'stopper'],
  'sweep.scheduler.min_epochs': ['grace_period', 'min_resource', 'min_budget', 'min_iter'],
  'sweep.scheduler.reduction': ['reduction_factor', 'eta', 'factor'],
  'sweep.tpe.startup_trials': ['n_startup_trials', 'n_initial_points', 'initial_trials'],
  'sweep.tpe.candidates': ['n_ei_candidates', 'n_candidates'],
  'gate.model_name': ['registered_model', 'registered_model_name'],
  'gate.approval': ['manual_approval', 'needs_approval'],
  // Of one parameter of a space.
  choice: ['choices', 'values', 'options', 'categories', 'categorical'],
  float: ['uniform', 'range', 'real', 'double', 'loguniform'],
  int: ['randint', 'quniform'],
  low: ['min', 'minimum', 'lower', 'start'],
  high: ['max', 'maximum', 'upper', 'stop'],
  step: ['q', 'increment', 'stride'],
  log: ['log_scale', 'logarithmic', 'log_uniform'],
  when: ['if', 'condition', 'conditions', 'depends_on'],
  // Values.
  weighted_bce: ['bce', 'binary_crossentropy', 'binary_cross_entropy', 'logloss', 'log_loss'],
  in_batch_softmax: ['softmax', 'infonce', 'info_nce', 'contrastive', 'sampled_softmax', 'cross_entropy', 'nce'],
  tpe: ['bayes', 'bayesian', 'optuna', 'hyperopt'],
  asha: ['sha', 'successive_halving'],
};

const targetsOf = new Map<string, string[]>();
for (const [target, words] of Object.entries(SYNONYMS)) {
  for (const word of words) {
    targetsOf.set(word, [...(targetsOf.get(word) ?? []), target]);
  }
}

/** What a word of another tool may mean here, likeliest first; `word` is folded, see nearest.ts. */
export const synonymsOf = (word: string): readonly string[] => targetsOf.get(word) ?? [];
