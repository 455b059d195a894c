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
import type { DataPhase, ExperimentInput, ExperimentSnapshot, Opened } from '../contracts/experiment.ts';
import { TAG } from '../contracts/names.ts';
import type { FinishedTrial, TrialView } from '../contracts/trial.ts';
import {
  done,
  type KnownInGate,
  type KnownInTrain,
  openedOf,
  preparing,
  readingData,
  training,
} from '../policy/experiment-stages.ts';
import { pickBestTrial } from '../policy/selection.ts';
import { note } from './closing.ts';
import type { ConductorState } from './conductor-plan.ts';
import { listen } from './experiment-messages.ts';
import { currentSnapshot, type ExperimentRun, outcomeOf } from './experiment-run.ts';
import { ExperimentState } from './experiment-state.ts';
import { failureOf, toRecord } from './failures.ts';
import { judge } from './judge.ts';
import { tell } from './notifications.ts';
import { trainReplicates } from './replicates.ts';
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
import { SweepConductor } from './sweep-conductor.ts';
import { sweepPlan } from './sweep-plan.ts';

const prepareDataset = async ({ input, state, provenance }: ExperimentRun, opened: Opened): Promise<DatasetSummary> => {
  const { data, seed } = input.config;
  const { parentRunId } = opened;
  const enter = (phase: DataPhase): void => state.reach(readingData(phase, opened, null), Date.now());
  enter('extract');
  const binding = { experimentId: input.experimentId, identity: input.source };
  const { id: extract, identity, bad: unread } = await extractData({ data, seed, binding });
  state.update({ source: identity });
  // What follows builds on these rows and on this database, whatever the source holds and the worker knows by then.
  const request = { data, seed, extract, unread, binding: { ...binding, identity } };
  enter('label');
  const { warnings } = await labelData(request);
  state.update({ dataWarnings: warnings });
  enter('split');
  const { leftOut } = await splitData(request);
  state.update({ leftOut });
  enter('embed');
  await embedData(request);
  enter('encode');
  const dataset = await encodeData(request);
  state.reach(readingData('encode', opened, { dataset }), Date.now());
  await publishDataset({ provenance, dataset, source: identity, leftOut, parentRunId, timestampMs: Date.now() });
  return dataset;
};

/** The best trial so far, and what all of them have come to. */
const keepTrials = (run: ExperimentRun, known: KnownInTrain): FinishedTrial | null => {
  const { trials, sweep, objective } = currentSnapshot(run);
  const best = pickBestTrial(trials, objective.direction);
  run.state.update({ trials, sweep });
  run.state.reach(training(known, best), Date.now());
  return best;
};

/** In a new execution, with a short history. */
const goOn = ({ input, state, replicates }: ExperimentRun, { state: sweep }: SweepConductor): Promise<never> =>
  continueAsNew<typeof experiment>({ ...input, progress: state.progress(sweep, replicates?.state ?? null) });

const trainAll = async (run: ExperimentRun, conductor: SweepConductor, known: KnownInTrain): Promise<FinishedTrial> => {
  const { state } = run;
  const reached = await conductor.run().catch((error: unknown) => {
    keepTrials(run, known);
    throw error;
  });
  const best = keepTrials(run, known);
  if (reached === 'continue') {
    return goOn(run, conductor);
  }
  const { trials } = state.snapshot;
  const tripped = trials.find(({ error }) => error?.code === 'PREFLIGHT_FAILED')?.error;
  if (tripped != null) {
    throw failureOf(tripped);
  }
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

const open = async (run: ExperimentRun): Promise<Opened> => {
  const { input, state, provenance } = run;
  const startTimeMs = Date.now();
  const opened = await openExperiment({
    provenance,
    config: input.config,
    ...(input.extends === undefined ? {} : { extends: input.extends }),
    startTimeMs,
  });
  state.reach(preparing(opened), Date.now());
  return opened;
};

const conduct = async (run: ExperimentRun): Promise<KnownInGate> => {
  const { input, state } = run;
  const conductor = new SweepConductor(sweepPlan(run), (input.progress?.sweep ?? null) as ConductorState | null);
  run.conductor = conductor;
  const opened = openedOf(state.snapshot) ?? (await open(run));
  const dataset = state.snapshot.dataset ?? (await prepareDataset(run, opened));
  const known = { ...opened, dataset };
  state.reach(training(known, null), Date.now());
  const best = await trainAll(run, conductor, known);
  return judge(run, known, best, await trainReplicates(run, known, best, () => goOn(run, conductor)));
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
  const run: ExperimentRun = {
    input,
    state,
    provenance,
    conductor: null,
    replicates: null,
    replies: new Map(),
    told: [],
    isClosed: false,
  };
  listen(run);
  try {
    const known = await conduct(run);
    state.reach(done(known), Date.now());
    state.end({ status: 'completed', error: null });
    await end(run, 'FINISHED');
    return state.snapshot;
  } catch (error) {
    if (error instanceof ContinueAsNew) {
      throw error;
    }
    const isCancelled = isCancellation(error);
    const record = toRecord(error);
    const status = isCancelled ? 'cancelled' : 'failed';
    state.end({ status, error: record });
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
