/** The experiment workflow: dataset version, trials, best trial, test, registry, gate. */
import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { DatasetSummary } from '../contracts/dataset.ts';
import type { ExperimentInput, ExperimentSnapshot } from '../contracts/experiment.ts';
import type { GateVerdict } from '../contracts/gate.ts';
import { TAG } from '../contracts/names.ts';
import type { Provenance } from '../contracts/steps.ts';
import type { TrialView } from '../contracts/trial.ts';
import { decideGate } from '../policy/gate.ts';
import { pickBestTrial } from '../policy/selection.ts';
import { planTrials } from '../policy/trial-plan.ts';
import { ExperimentState } from './experiment-state.ts';
import { toRecord } from './failures.ts';
import { runTrials, trialWorkflowId } from './fan-out.ts';
import { type ApprovalDecision, decideApprovalUpdate, snapshotQuery } from './messages.ts';
import {
  applyGate,
  closeExperiment,
  embedData,
  encodeData,
  evaluateBest,
  extractData,
  labelData,
  openExperiment,
  publishDataset,
  registerModel,
  splitData,
} from './steps.ts';

interface Run {
  readonly input: ExperimentInput;
  readonly state: ExperimentState;
  readonly provenance: Provenance;
  approval: ApprovalDecision | null;
}

const prepareDataset = async ({ input, state, provenance }: Run, parentRunId: string): Promise<DatasetSummary> => {
  const { data, seed } = input.config;
  state.enter('extract', Date.now());
  const { id: extract } = await extractData({ data, seed });
  // What follows builds on these rows, whatever the source holds by then.
  const request = { data, seed, extract };
  state.enter('label', Date.now());
  await labelData(request);
  state.enter('split', Date.now());
  await splitData(request);
  state.enter('embed', Date.now());
  await embedData(request);
  state.enter('encode', Date.now());
  const dataset = await encodeData(request);
  state.update({ dataset });
  await publishDataset({ provenance, dataset, parentRunId });
  return dataset;
};

const trainAll = async (
  run: Run,
  dataset: DatasetSummary,
  mlflowExperimentId: string,
  parentRunId: string,
): Promise<TrialView> => {
  const { input, state, provenance } = run;
  const { config } = input;
  const trials = planTrials(config);
  state.enter('train', Date.now());
  state.update({
    trials: trials.map(({ trialId, params }) => ({
      trialId,
      params,
      status: 'pending',
      runId: null,
      workflowId: trialWorkflowId(provenance.workflowId, trialId),
      result: null,
      error: null,
    })),
  });
  await runTrials({
    trials,
    maxParallel: config.sweep?.max_parallel ?? 1,
    maxFailures: config.sweep?.max_failures ?? 1,
    inputOf: ({ trialId, params, settings }) => ({
      provenance,
      mlflowExperimentId,
      parentRunId,
      trialId,
      params,
      settings,
      dataset,
      epochBudget: settings.training.num_epochs,
      preflight: config.training.preflight,
      isFresh: input.isFresh,
    }),
    onStart: (trialId) => state.updateTrial(trialId, { status: 'running' }),
    onEnd: (trialId, outcome) => {
      state.updateTrial(trialId, outcome);
      const best = pickBestTrial(state.snapshot.trials);
      state.update({ bestTrialId: best?.trialId ?? null, tensorflow: best?.result?.tensorflow ?? null });
    },
  });
  const tripped = state.snapshot.trials.find(({ error }) => error?.code === 'PREFLIGHT_FAILED')?.error;
  if (tripped != null) {
    const { code, message, hint, details } = tripped;
    throw ApplicationFailure.create({ type: code, nonRetryable: true, message, details: [{ hint, details }] });
  }
  const best = pickBestTrial(state.snapshot.trials);
  if (best === null) {
    const first = state.snapshot.trials.find(({ error }) => error !== null)?.error;
    throw ApplicationFailure.create({
      type: 'ALL_TRIALS_FAILED',
      nonRetryable: true,
      message: `all trials failed; first cause: ${first?.code ?? 'unknown'}: ${first?.message ?? 'no trial ran'}`,
      details: [{ hint: first?.hint ?? 'Look at the trial runs in MLflow and at the worker logs (`tt-exp status`).' }],
    });
  }
  return best;
};

/** A person's answer turns `awaiting_approval` into a verdict that stands. */
const settleApproval = async (run: Run, verdict: GateVerdict): Promise<GateVerdict> => {
  await condition(() => run.approval !== null);
  const { isApproved, by, reason } = run.approval ?? { isApproved: false, by: '', reason: '' };
  return {
    ...verdict,
    decision: isApproved ? 'promoted' : 'rejected',
    reasons: [...verdict.reasons, `${isApproved ? 'Approved' : 'Rejected'} by ${by}: ${reason}`],
  };
};

const judge = async (
  run: Run,
  dataset: DatasetSummary,
  best: TrialView,
  mlflowExperimentId: string,
  parentRunId: string,
): Promise<void> => {
  const { input, state, provenance } = run;
  const { gate, evaluation, seed } = input.config;
  const runId = best.runId ?? '';
  state.enter('evaluate', Date.now());
  const { test, champion, ci, championProblem } = await evaluateBest({
    runId,
    datasetVersion: dataset.version,
    modelName: gate.model_name,
    relevanceThreshold: evaluation.relevance_threshold,
    seed,
    confidence: gate.confidence,
    timestampMs: Date.now(),
  });
  state.update({ test });

  state.enter('register', Date.now());
  const model = await registerModel({
    provenance,
    mlflowExperimentId,
    runId,
    trialId: best.trialId,
    modelName: gate.model_name,
    datasetVersion: dataset.version,
    featureDims: dataset.feature_dims,
    bestEpoch: best.result?.bestEpoch ?? 0,
  });
  state.update({ model });

  state.enter('gate', Date.now());
  const candidate = { version: model.version, run_id: runId, ndcg_at_10: test.model.ndcg_at_10 };
  let verdict = decideGate(gate, { candidate, champion, ci, championProblem });
  const apply = async (): Promise<void> => {
    const applied = await applyGate({ modelName: model.name, parentRunId, runId, verdict });
    state.update({ gate: verdict, model: applied.model });
  };
  await apply();
  if (verdict.decision === 'awaiting_approval') {
    verdict = await settleApproval(run, verdict);
    await apply();
  }
};

const conduct = async (run: Run): Promise<void> => {
  const { input, state, provenance } = run;
  const startTimeMs = Date.now();
  const { mlflowExperimentId, parentRunId } = await openExperiment({ provenance, config: input.config, startTimeMs });
  state.update({ mlflowExperimentId, parentRunId });
  const dataset = await prepareDataset(run, parentRunId);
  const best = await trainAll(run, dataset, mlflowExperimentId, parentRunId);
  await judge(run, dataset, best, mlflowExperimentId, parentRunId);
};

/** The parent run must not stay RUNNING; its tags say how the experiment ended. */
const closeRun = async (state: ExperimentState, status: 'FINISHED' | 'FAILED' | 'KILLED'): Promise<void> => {
  const { parentRunId, dataset, bestTrialId, error } = state.snapshot;
  if (parentRunId === null) {
    return;
  }
  const tags = {
    ...(dataset === null ? {} : { [TAG.datasetVersion]: dataset.version }),
    ...(bestTrialId === null ? {} : { [TAG.trialId]: bestTrialId }),
    ...(error === null ? {} : { 'tt.error_code': error.code, 'tt.error': error.message }),
  };
  await CancellationScope.nonCancellable(() => closeExperiment({ parentRunId, status, tags, endTimeMs: Date.now() }));
};

export async function experiment(input: ExperimentInput): Promise<ExperimentSnapshot> {
  const { workflowId, runId: executionId } = workflowInfo();
  const state = new ExperimentState(input, workflowId, Date.now());
  const { experimentId, configDigest, gitCommit, user } = input;
  const provenance = { experimentId, workflowId, executionId, configDigest, gitCommit, user };
  const run: Run = { input, state, provenance, approval: null };
  setHandler(snapshotQuery, () => state.snapshot);
  setHandler(
    decideApprovalUpdate,
    (decision: ApprovalDecision): void => {
      run.approval = decision;
    },
    {
      validator: (_decision: ApprovalDecision): void => {
        if (state.snapshot.gate.decision !== 'awaiting_approval' || run.approval !== null) {
          throw ApplicationFailure.nonRetryable('nothing awaits approval', 'USAGE');
        }
      },
    },
  );
  try {
    await conduct(run);
    state.enter('done', Date.now());
    await closeRun(state, 'FINISHED');
    state.update({ status: 'completed' });
    return state.snapshot;
  } catch (error) {
    const isCancelled = isCancellation(error);
    const record = toRecord(error);
    state.update({ status: isCancelled ? 'cancelled' : 'failed', error: record });
    await closeRun(state, isCancelled ? 'KILLED' : 'FAILED');
    if (isCancelled) {
      throw new CancelledFailure(record.message);
    }
    throw ApplicationFailure.create({
      message: record.message,
      type: record.code,
      nonRetryable: true,
      details: [{ hint: record.hint ?? null, details: record.details ?? {} }, state.snapshot],
    });
  }
}
