/** The experiment workflow: dataset version, trials, best trial, test, registry, gate. */
import {
  ApplicationFailure,
  CancelledFailure,
  ContinueAsNew,
  continueAsNew,
  isCancellation,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import type { DatasetSummary } from '../contracts/dataset.ts';
import type { ErrorRecord } from '../contracts/errors.ts';
import type { ExperimentInput, ExperimentSnapshot } from '../contracts/experiment.ts';
import { TAG } from '../contracts/names.ts';
import type { TrialView } from '../contracts/trial.ts';
import { type FinishedTrial, pickBestTrial } from '../policy/selection.ts';
import { note } from './closing.ts';
import { listen } from './experiment-messages.ts';
import { currentSnapshot, type ExperimentRun, outcomeOf } from './experiment-run.ts';
import { ExperimentState } from './experiment-state.ts';
import { toRecord } from './failures.ts';
import { judge, withdraw } from './judge.ts';
import { tell } from './notifications.ts';
import {
  closeExperiment,
  embedData,
  encodeData,
  extractData,
  labelData,
  openExperiment,
  publishDataset,
  publishSweep,
  splitData,
} from './steps.ts';
import { type ConductorState, SweepConductor } from './sweep-conductor.ts';
import { sweepPlan } from './sweep-plan.ts';

const prepareDataset = async (
  { input, state, provenance }: ExperimentRun,
  parentRunId: string,
): Promise<DatasetSummary> => {
  const { data, seed } = input.config;
  state.enter('extract', Date.now());
  const binding = { experimentId: input.experimentId, identity: input.source };
  const { id: extract, identity, bad: unread } = await extractData({ data, seed, binding });
  state.update({ source: identity });
  // What follows builds on these rows and on this database, whatever the source holds and the worker knows by then.
  const request = { data, seed, extract, unread, binding: { ...binding, identity } };
  state.enter('label', Date.now());
  const { warnings } = await labelData(request);
  state.update({ dataWarnings: warnings });
  state.enter('split', Date.now());
  const { leftOut } = await splitData(request);
  state.update({ leftOut });
  state.enter('embed', Date.now());
  await embedData(request);
  state.enter('encode', Date.now());
  const dataset = await encodeData(request);
  state.update({ dataset });
  await publishDataset({ provenance, dataset, source: identity, leftOut, parentRunId, timestampMs: Date.now() });
  return dataset;
};

const failureOf = ({ code, message, hint, details }: ErrorRecord): ApplicationFailure =>
  ApplicationFailure.create({ type: code, nonRetryable: true, message, details: [{ hint, details }] });

const trainAll = async (run: ExperimentRun, conductor: SweepConductor): Promise<FinishedTrial> => {
  const { input, state } = run;
  const reached = await conductor.run().finally(() => state.update(currentSnapshot(run)));
  if (reached === 'continue') {
    await continueAsNew<typeof experiment>({ ...input, progress: state.progress(conductor.state) });
  }
  const { trials, objective } = state.snapshot;
  const tripped = trials.find(({ error }) => error?.code === 'PREFLIGHT_FAILED')?.error;
  if (tripped != null) {
    throw failureOf(tripped);
  }
  const best = pickBestTrial(trials, objective.direction);
  if (best === null) {
    const first = trials.find(({ error }) => error !== null)?.error;
    throw failureOf({
      code: 'ALL_TRIALS_FAILED',
      message: `all trials failed; first cause: ${first?.code ?? 'unknown'}: ${first?.message ?? 'no trial finished'}`,
      hint: first?.hint ?? 'Check the trial runs in MLflow and the worker logs (`tt-exp status`).',
    });
  }
  return best;
};

const open = async (run: ExperimentRun): Promise<string> => {
  const { input, state, provenance } = run;
  const startTimeMs = Date.now();
  const opened = await openExperiment({
    provenance,
    config: input.config,
    ...(input.extends === undefined ? {} : { extends: input.extends }),
    startTimeMs,
  });
  state.update(opened);
  return opened.parentRunId;
};

const conduct = async (run: ExperimentRun): Promise<void> => {
  const { input, state } = run;
  const conductor = new SweepConductor(sweepPlan(run), (input.progress?.sweep ?? null) as ConductorState | null);
  run.conductor = conductor;
  const parentRunId = state.snapshot.parentRunId ?? (await open(run));
  const dataset = state.snapshot.dataset ?? (await prepareDataset(run, parentRunId));
  if (state.snapshot.phase !== 'train') {
    state.enter('train', Date.now());
  }
  const best = await trainAll(run, conductor);
  await judge(run, dataset, best, parentRunId);
};

const reusedTag = (trials: readonly TrialView[]): Readonly<Record<string, string>> => {
  const reused = trials.filter(({ isReused }) => isReused);
  return reused.length === 0
    ? {}
    : { [TAG.reusedRuns]: reused.map(({ trialId, runId }) => `${trialId}=${runId}`).join(' ') };
};

/** The parent run must not stay RUNNING; its tags and its facts say how the experiment ended, and why so. */
const closeParentRun = async (run: ExperimentRun, status: 'FINISHED' | 'FAILED' | 'KILLED'): Promise<void> => {
  const { state, input, told } = run;
  const { snapshot } = state;
  const { parentRunId, dataset, bestTrialId, error } = snapshot;
  if (parentRunId === null) {
    return;
  }
  const tags = {
    ...(dataset === null ? {} : { [TAG.datasetVersion]: dataset.version }),
    ...(bestTrialId === null ? {} : { [TAG.trialId]: bestTrialId }),
    ...(error === null ? {} : { 'tt.error_code': error.code, 'tt.error': error.message }),
    ...reusedTag(snapshot.trials),
    ...(told.length === 0 ? {} : { [TAG.notification]: told.join('; ') }),
  };
  await note(state, `The experiment's record in MLflow run ${parentRunId} is incomplete`, () =>
    publishSweep({ parentRunId, facts: { format: 1, config: input.config, snapshot }, timestampMs: Date.now() }),
  );
  await note(state, `The experiment's MLflow run ${parentRunId} is not closed`, () =>
    closeExperiment({ parentRunId, status, tags, endTimeMs: Date.now() }),
  );
};

const end = async (run: ExperimentRun, status: 'FINISHED' | 'FAILED' | 'KILLED'): Promise<void> => {
  await tell(run, status === 'FAILED' ? 'failure' : 'end');
  await closeParentRun(run, status);
  upsertMemo({ outcome: outcomeOf(currentSnapshot(run)) });
  run.isClosed = true;
};

export async function experiment(input: ExperimentInput): Promise<ExperimentSnapshot> {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const state = new ExperimentState(input, workflowId, Date.now());
  const { experimentId, configDigest, gitCommit, user, temporalId } = input;
  const provenance = {
    ...{ experimentId, workflowId, executionId: firstExecutionRunId, configDigest, gitCommit, user },
    ...(temporalId === undefined ? {} : { temporalId }),
  };
  const run: ExperimentRun = { input, state, provenance, conductor: null, approval: null, told: [], isClosed: false };
  listen(run);
  try {
    await conduct(run);
    state.enter('done', Date.now());
    state.update({ status: 'completed' });
    await end(run, 'FINISHED');
    return state.snapshot;
  } catch (error) {
    if (error instanceof ContinueAsNew) {
      throw error;
    }
    const isCancelled = isCancellation(error);
    const record = toRecord(error);
    const status = isCancelled ? 'cancelled' : 'failed';
    state.update({ status, error: record });
    await withdraw(run, status);
    await end(run, isCancelled ? 'KILLED' : 'FAILED');
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
