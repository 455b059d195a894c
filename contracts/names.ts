/** Names that several rooms and the outside rely on: queues, MLflow tags, metrics, aliases, messages. */

export const TASK_QUEUE = { cpu: 'tt-cpu', gpu: 'tt-gpu' } as const;
export type TaskQueue = (typeof TASK_QUEUE)[keyof typeof TASK_QUEUE];

export const TAG = {
  experimentId: 'tt.experiment_id',
  trialId: 'tt.trial_id',
  /** On a run that trained a trial's settings with another seed: the trial. */
  replicateOf: 'tt.replicate_of',
  configDigest: 'tt.config_digest',
  datasetVersion: 'tt.dataset_version',
  /** On a parent run: the database that was read. */
  source: 'tt.source',
  /** On a parent run: rows of the source that are in no sample, by reason. */
  leftOut: 'tt.rows_left_out',
  gitCommit: 'tt.git_commit',
  workflowId: 'tt.workflow_id',
  /** Id of the Temporal database that its workflow lives in. */
  temporal: 'tt.temporal',
  /** Why a run that nobody would have ended was closed. */
  closedReason: 'tt.closed_reason',
  /** Key by which a run is found again, so that creating it twice yields one run. */
  runKey: 'tt.run_key',
  /** Digest of everything that determines a trial's result; key of the trial cache. */
  trialDigest: 'tt.trial_digest',
  /** How the trial ended: one of the trial statuses. */
  trialStatus: 'tt.trial_status',
  /** Why it was pruned, or stopped before its end. */
  trialReason: 'tt.trial_reason',
  /** Parent run of the latest experiment that took this run's result instead of training again. */
  reusedBy: 'tt.reused_by',
  /** On a parent run: trial=run for each trial whose result is an earlier run's, as many as fit. */
  reusedRuns: 'tt.reused_runs',
  /** On a parent run: the experiment that this one extends. */
  extends: 'tt.extends',
  /** How each notification of the webhook went. */
  notification: 'tt.notification',
  kind: 'tt.kind',
  tensorflowBackend: 'tt.tensorflow_backend',
  tensorflowLibrary: 'tt.tensorflow_library',
  /** What a training computed in; float32 also where `mixed` was asked for without a GPU. */
  precision: 'tt.precision',
  /** Digest of the code that trained it. */
  trainingCode: 'tt.training_code',
  /** Processor threads of the training: sums in another number of threads differ in their last bits. */
  threads: 'tt.threads',
  gateDecision: 'tt.gate_decision',
  /** Registered model that the verdict is about: a run that is taken again may be chosen for several. */
  gateModel: 'tt.gate_model',
  gateReasons: 'tt.gate_reasons',
  gatePValue: 'tt.gate_p_value',
  gateSmallestLift: 'tt.gate_smallest_lift',
  /** On a candidate's run: SHA-256 of these artifacts, as whoever evaluated and judged it last has written them. */
  testMetricsDigest: 'tt.test_metrics_digest',
  gateUsersDigest: 'tt.gate_users_digest',
  gateDigest: 'tt.gate_digest',
  /** Digest of the bundle that was asked in a blessing: on the run; on a version only where it serves what was judged. */
  bundle: 'tt.bundle',
  /** On a run: how its last blessing ended. */
  blessing: 'tt.blessing',
  outOfMemory: 'tt.out_of_memory',
  /** `passed`, or the tripwire that fired; absent where training.preflight is false. */
  preflight: 'tt.preflight',
  /** `true` where the model ranks the test part no better than popularity. */
  belowPopularity: 'tt.below_popularity',
  /** On a ledger's run and on its registered model: the other one, as id and as name. */
  ledgerRun: 'tt.ledger_run',
  registeredModel: 'tt.registered_model',
  /** On a ledger's run: names that its model had before it was renamed in MLflow, as a JSON array. */
  formerNames: 'tt.former_names',
  /** On a ledger's run: place and digest of the last record. */
  ledgerHead: 'tt.ledger_head',
  /** On a ledger's run: how many looks at test parts there were, and their digest. */
  looksHead: 'tt.looks_head',
  /** On a ledger's run: last record when the question that awaits approval was asked, and the question's digest. */
  questionHead: 'tt.question_head',
  /** On a ledger's run: the last record that is carried out in the aliases. */
  ledgerApplied: 'tt.ledger_applied',
  /** On a registered model: the version that is champion by its ledger; empty: none. */
  champion: 'tt.champion',
  /** On a registered model: `revert` where moves by hand are taken back. */
  manualMoves: 'tt.manual_moves',
  /** On a version that was made champion by hand: what the gate would have said of it. */
  gateByHand: 'tt.gate_by_hand',
} as const;

/** Values of TAG.kind. */
export const RUN_KIND = {
  parent: 'experiment',
  trial: 'trial',
  dataset: 'dataset',
  training: 'training',
  ledger: 'registry',
} as const;

export const ALIAS = { champion: 'champion', challenger: 'challenger', previous: 'previous' } as const;

/** Temporal search attributes that the namespace must have (name to type). */
export const SEARCH_ATTRIBUTE = { experimentId: 'TtExperimentId' } as const;

export const MESSAGE = {
  noDataLoaded: 'No data loaded',
  missingEmbeddings: 'Missing embeddings',
  outOfMemory: 'CUDA out of memory',
  modelNotLoading: 'Model not loading',
} as const;

/** Files of a trained model, in the MLflow artifact tree and in a local model folder. */
export const ARTIFACT = {
  modelFolder: 'model',
  encoder: 'encoder.json',
  config: 'config.json',
  history: 'history.json',
  testMetrics: 'test_metrics.json',
  preflight: 'preflight.json',
  latestCheckpoint: 'checkpoints/latest.ckpt',
  bestCheckpoint: 'checkpoints/best.ckpt',
  gate: 'gate.json',
  /** The same for people. */
  gatePage: 'gate.html',
  /** Of the candidate's run: every test user under each model that the gate compared. */
  gateUsers: 'gate_users.parquet',
  /** Of the candidate's run: its bundle, where that is not too large. */
  bundle: 'bundle',
  /** Of a trial that is done, so that it need not be trained again. */
  trainingResult: 'training_result.json',
  /** Of a challenger's run: what each experiment online had shown when it ended, a file each. */
  onlineExperiments: 'online_experiments',
  /** Of a parent run: every fact that decisions rested on. */
  sweep: 'sweep.json',
  /** Of a ledger's run: a file for each record. */
  ledger: 'ledger',
  /** Of a ledger's run: the looks at test parts so far. */
  looks: 'looks.json',
  /** Of a ledger's run: the last question that awaited approval. */
  question: 'question.json',
} as const;

/** MLflow experiment of all ledgers, each one a run. */
export const LEDGER_EXPERIMENT = 'tt-exp registry';

/** Of a model's folder and of a dataset version's: what it holds, and the digest of every file. Written last. */
export const MANIFEST_FILE = 'manifest.json';

/**
 * Of the process that trains, once an epoch, as MLflow names them. GPU 0 is the one that the process sees, whichever it
 * is on its host, so that charts of several runs share their keys.
 */
export const SYSTEM_METRIC = {
  cpu: 'system/cpu_utilization_percentage',
  memory: 'system/system_memory_usage_megabytes',
  gpu: 'system/gpu_0_utilization_percentage',
  gpuMemory: 'system/gpu_0_memory_usage_megabytes',
  gpuMemoryShare: 'system/gpu_0_memory_usage_percentage',
} as const;
