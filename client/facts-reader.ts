/** What is recorded of an experiment: asked of Temporal first, then of MLflow, which forgets nothing. */

import { WorkflowFailedError } from '@temporalio/client';
import { TtExpError } from '../contracts/errors.ts';
import type { ExperimentSnapshot } from '../contracts/experiment.ts';
import type { ExperimentFacts, ObjectiveCurves, RecordedUsages, TimedCurves } from '../contracts/experiment-facts.ts';
import type { LedgerEntry } from '../contracts/ledger.ts';
import type { EpochRecord, EvaluationSummary } from '../contracts/metrics.ts';
import { RUN_KIND, TAG } from '../contracts/names.ts';
import type { ObjectiveName } from '../contracts/objective.ts';
import type { ObjectiveCurve } from '../contracts/replay.ts';
import type { HistoryPoint, RunRecord } from '../contracts/runs.ts';
import type { TrialView } from '../contracts/trial.ts';
import { lastAnswer } from '../policy/registry/recorded-decision.ts';
import { objectiveCurve } from '../policy/sweep/objective-curve.ts';
import { readDecisions } from '../registry/ledger/read-decisions.ts';
import type { LedgerReader } from '../registry/ports.ts';
import { readMlflowFacts, readRecordedIds } from '../registry/recorded-facts.ts';
import type { ExperimentsClient } from './experiments-client.ts';
import { type KnownModelsReader, renamedTo } from './models/known-models.ts';
import { type Histories, type TrainingsOf, timedCurvesOf, usagesOf } from './timed-facts.ts';
import {
  type EndedWith,
  isAnswerable,
  NOTHING_SINCE,
  readVerdictsSince,
  type SinceThen,
  type VerdictsReader,
} from './verdicts-since.ts';

/** Histories asked for at once. */
const PARALLEL = 8;

type Client = Pick<ExperimentsClient, 'view' | 'input'>;

const fromTemporal = async (client: Client, id: string): Promise<ExperimentFacts> => {
  const [{ config, extends: origin }, { progress: _, endedAtMs: __, steps, ...snapshot }] = await Promise.all([
    client.input(id),
    client.view(id),
  ]);
  return { config, snapshot, origin: 'temporal', extends: origin ?? null, ...(steps === undefined ? {} : { steps }) };
};

/** A workflow that was terminated has left no result behind. */
const isForgotten = (error: unknown): boolean =>
  error instanceof TtExpError && (error.code === 'EXPERIMENT_NOT_FOUND' || error.cause instanceof WorkflowFailedError);

/** An epoch, as far as MLflow keeps it. */
export interface RecordedEpoch
  extends Pick<EpochRecord, 'epoch' | 'trainLoss' | 'valLoss' | 'finishedAtMs' | 'isBest'> {
  /** NDCG@10 and the metric that was asked for. */
  readonly validation: Readonly<Partial<EvaluationSummary>>;
}

/** Epochs of which everything is there, in their order. */
const epochsOf = async (
  tracking: FactsConnection,
  runId: string,
  metric: ObjectiveName,
): Promise<readonly RecordedEpoch[]> => {
  const read = async (key: string) =>
    new Map((await tracking.metricHistory(runId, key)).map((point) => [point.step, point]));
  const [train, loss, ndcg, objective] = await Promise.all(
    ['train_loss', 'val_loss', 'val_ndcg_at_10', `val_${metric}`].map(read),
  );
  let best = Number.NEGATIVE_INFINITY;
  return [...(ndcg?.values() ?? [])].flatMap(({ step, value, timestampMs }) => {
    const [trainLoss, valLoss, own] = [train, loss, objective].map((points) => points?.get(step)?.value);
    if (trainLoss === undefined || valLoss === undefined || own === undefined) {
      return [];
    }
    const isBest = value > best;
    best = Math.max(best, value);
    const validation = { ndcg_at_10: value, [metric]: own };
    return [{ epoch: step, trainLoss, valLoss, validation, finishedAtMs: timestampMs, isBest }];
  });
};

const curveOf = async (tracking: FactsConnection, { runId }: TrialView, metric: string): Promise<ObjectiveCurve> => {
  if (runId === null) {
    return [];
  }
  const read = async (name: string) =>
    (await tracking.metricHistory(runId, `val_${name}`)).map(({ step, value }) => ({ epoch: step, value }));
  const ndcg = await read('ndcg_at_10');
  return objectiveCurve(ndcg, metric === 'ndcg_at_10' ? ndcg : await read(metric));
};

/** Whose answer somebody wants to know. Both null: the last one about the model. */
export interface AnsweredAbout {
  readonly candidate: string | null;
  readonly experimentId: string | null;
}

export type RunTimes = Pick<RunRecord, 'startTimeMs' | 'endTimeMs'>;

/** MLflow, for one call. */
export interface FactsConnection extends LedgerReader, Histories, VerdictsReader, KnownModelsReader {
  metricHistory(runId: string, key: string): Promise<readonly HistoryPoint[]>;
  close(): Promise<void>;
}

export interface FactsReader {
  /**
   * Throws where MLflow knows nothing of the experiment either: EXPERIMENT_NOT_FOUND, or INTERRUPTED for a workflow that
   * was ended from outside.
   */
  read(id: string): Promise<ExperimentFacts>;
  /** What each trial has shown by epoch; a trial without a run has none. */
  curves(facts: ExperimentFacts): Promise<ObjectiveCurves>;
  /** The same with times, of trials and replicates, one question for a hundred runs. */
  timedCurves(view: TrainingsOf): Promise<TimedCurves>;
  /** What trainings used during their last epoch; of a hundred at most. */
  usages(view: TrainingsOf): Promise<RecordedUsages>;
  /** The epochs of a run, as the objective sees them. */
  epochs(runId: string, metric: ObjectiveName): Promise<readonly RecordedEpoch[]>;
  /** What one run has logged of one metric. */
  history(runId: string, metric: string): Promise<readonly HistoryPoint[]>;
  runTags(runId: string): Promise<Readonly<Record<string, string>>>;
  /** When the runs of an experiment's trials began and ended, by their ids. */
  trialTimes(
    of: Pick<ExperimentSnapshot, 'experimentId' | 'mlflowExperimentId'>,
  ): Promise<ReadonlyMap<string, RunTimes>>;
  /**
   * What became of candidates after their experiments had ended: the answer that they awaited, and whatever else the
   * model's ledger and MLflow say of their versions by now. One for each, in their order; each ledger is read once.
   */
  verdictsSince(ended: readonly EndedWith[]): Promise<readonly SinceThen[]>;
  /** Who decided about a version that no question is open about any more, when and how; null: nobody that is known. */
  lastAnswer(modelName: string, about: AnsweredAbout): Promise<LedgerEntry | null>;
  /** Whether MLflow has a registered model of this name. */
  isRegistered(modelName: string): Promise<boolean>;
  /** Name of now of a model that was renamed in MLflow; null: the model has this name, or none had it. */
  renamedTo(modelName: string): Promise<string | null>;
  /** Ids of experiments of which MLflow has this name, or whose ids begin like this. */
  recordedIds(beginning: string): Promise<readonly string[]>;
}

/** @param open a connection to MLflow for one call */
export const createFactsReader = (client: Client, open: () => FactsConnection): FactsReader => {
  const withTracking = async <Result>(use: (tracking: FactsConnection) => Promise<Result>): Promise<Result> => {
    const tracking = open();
    return use(tracking).finally(() => tracking.close());
  };

  return {
    read: async (id) => {
      try {
        return await fromTemporal(client, id);
      } catch (error) {
        if (!isForgotten(error)) {
          throw error;
        }
        const found = await withTracking((tracking) => readMlflowFacts(tracking, id));
        if (found === null) {
          throw error;
        }
        return found;
      }
    },

    curves: ({ snapshot: { trials, objective } }) =>
      withTracking(async (tracking) => {
        const curves: Record<string, ObjectiveCurve> = {};
        const waiting = [...trials];
        const work = async (): Promise<void> => {
          for (let trial = waiting.shift(); trial !== undefined; trial = waiting.shift()) {
            curves[trial.trialId] = await curveOf(tracking, trial, objective.metric);
          }
        };
        await Promise.all(Array.from({ length: PARALLEL }, work));
        return curves;
      }),

    timedCurves: (view) => withTracking((tracking) => timedCurvesOf(tracking, view)),
    usages: (view) => withTracking((tracking) => usagesOf(tracking, view)),
    epochs: (runId, metric) => withTracking((tracking) => epochsOf(tracking, runId, metric)),
    history: (runId, metric) => withTracking((tracking) => tracking.metricHistory(runId, metric)),

    runTags: (runId) => withTracking(async (tracking) => (await tracking.getRun(runId)).tags),

    trialTimes: async ({ experimentId: id, mlflowExperimentId: experimentId }) => {
      if (experimentId === null) {
        return new Map();
      }
      const tags = { [TAG.experimentId]: id, [TAG.kind]: RUN_KIND.trial };
      const runs = await withTracking((tracking) => tracking.findRuns({ experimentId, tags }));
      return new Map(runs.map(({ runId, startTimeMs, endTimeMs }) => [runId, { startTimeMs, endTimeMs }]));
    },

    verdictsSince: (ended) =>
      ended.some(isAnswerable)
        ? withTracking((tracking) => readVerdictsSince(tracking, ended))
        : Promise.resolve(ended.map(() => NOTHING_SINCE)),

    lastAnswer: (modelName, about) =>
      withTracking(async (tracking) => lastAnswer(await readDecisions(tracking, modelName), about)),

    renamedTo: (modelName) => withTracking((tracking) => renamedTo(tracking, modelName)),
    recordedIds: (beginning) => withTracking((tracking) => readRecordedIds(tracking, beginning)),

    isRegistered: (modelName) => withTracking(async (tracking) => (await tracking.findModel(modelName)) !== null),
  };
};
