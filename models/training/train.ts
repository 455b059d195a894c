/** The training loop: epochs, validation, early stopping, checkpoints. */
import { join } from 'node:path';
import type { LoadedDataset } from '../../contracts/dataset.ts';
import { TtExpError } from '../../contracts/errors.ts';
import type { EpochRecord } from '../../contracts/metrics.ts';
import { ARTIFACT } from '../../contracts/names.ts';
import type { TrainTrialResult } from '../../contracts/steps.ts';
import type { TensorflowInfo } from '../../contracts/tensorflow.ts';
import type { TrainingResult, TrialSettings } from '../../contracts/trial.ts';
import { writeDurably } from '../../host/files/durable-file.ts';
import { dotScorer } from '../evaluation/dot-scorer.ts';
import { evaluateScorer } from '../evaluation/evaluate-scorer.ts';
import { scheduledRate } from '../optimiser/learning-rate.ts';
import { saveModel } from '../saved/save-model.ts';
import { isNormalised } from '../towers/architecture.ts';
import { logTemperatureIn } from '../towers/parameters.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { trainingKey } from './training-key.ts';
import { closeSession, openSession, type TrainingSession } from './training-session.ts';
import { embedCatalogue, measureLoss, temperatureOf, trainStep } from './two-tower.ts';

export interface TrainOptions {
  readonly dataset: LoadedDataset;
  readonly settings: TrialSettings;
  readonly epochBudget: number;
  /** Everything is written below it: checkpoints/, model/, config.json, history.json. */
  readonly trialFolder: string;
  readonly tensorflow: TensorflowInfo;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  /** Once, before the first step. */
  readonly onReady: (resumedFromEpoch: number | null, history: readonly EpochRecord[]) => void;
  readonly onStep: (epoch: number, step: number, steps: number, trainLoss: number) => void;
  /** Again and again during validation, which has no steps. */
  readonly onAlive?: () => void;
  /** After the epoch's checkpoint is on the disk. */
  readonly onEpoch: (record: EpochRecord) => void;
}

interface Session extends TrainingSession {
  readonly options: TrainOptions;
}

const bestOf = (history: readonly EpochRecord[]): EpochRecord | undefined => history.findLast(({ isBest }) => isBest);

const isFinished = ({ options, history }: Session): boolean => {
  const best = bestOf(history);
  const sinceBest = history.length - (best?.epoch ?? 0);
  const { early_stopping_patience: patience, max_seconds: maxSeconds } = options.settings.training;
  const seconds = history.reduce((sum, record) => sum + record.seconds, 0);
  const isOutOfTime = history.length > 0 && seconds >= (maxSeconds ?? Number.POSITIVE_INFINITY);
  return history.length >= options.epochBudget || sinceBest >= patience || isOutOfTime;
};

const diverged = (epoch: number, step: number, loss: number): TtExpError =>
  new TtExpError(
    'TRAINING_DIVERGED',
    `training: got a loss of ${loss} in epoch ${epoch}, step ${step}, expected a finite number`,
    {
      hint: 'Lower training.learning_rate, or look for extreme feature values with `tt-exp data check`.',
    },
  );

/** Lets the process answer its parent; a training step never waits for anything else. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const trainEpoch = async (session: Session, epochIndex: number): Promise<{ loss: number; learningRate: number }> => {
  const { options, training, store } = session;
  const { settings, signal } = options;
  const steps = training.stepsPerEpoch;
  let lossSum = 0;
  let samples = 0;
  let learningRate = 0;
  for (let step = 0; step < steps; step += 1) {
    signal.throwIfAborted();
    const batch = training.batch(epochIndex, step);
    const globalStep = epochIndex * steps + step;
    learningRate = scheduledRate(settings.training, globalStep, steps);
    const loss = trainStep(
      {
        ...session,
        batch,
        inclusion: training.inclusion,
        position: { seed: settings.seed, epoch: epochIndex, step },
      },
      store,
      { learningRate, step: globalStep + 1 },
    );
    if (!Number.isFinite(loss)) {
      throw diverged(epochIndex + 1, step + 1, loss);
    }
    lossSum += loss * batch.size;
    samples += batch.size;
    options.onStep(epochIndex + 1, step + 1, steps, lossSum / samples);
    await breathe();
  }
  return { loss: lossSum / samples, learningRate };
};

const validate = (session: Session): Pick<EpochRecord, 'valLoss' | 'validation'> => {
  const { options, architecture, features, validation, store } = session;
  const { dataset, settings, onAlive } = options;
  let lossSum = 0;
  let samples = 0;
  for (let step = 0; step < validation.stepsPerEpoch; step += 1) {
    const batch = validation.batch(0, step);
    const context = { architecture, settings, features, batch, inclusion: validation.inclusion };
    lossSum += measureLoss(context, store) * batch.size;
    samples += batch.size;
    onAlive?.();
  }
  if (!Number.isFinite(lossSum)) {
    throw diverged(session.history.length + 1, session.training.stepsPerEpoch, lossSum);
  }
  const { users, items } = embedCatalogue({ architecture, settings, features }, store);
  const { summary } = evaluateScorer({
    scorer: dotScorer(users, items, settings.model.embedding_dim),
    dataset,
    split: 'validation',
    relevanceThreshold: settings.relevanceThreshold,
    ...(onAlive && { onBlock: onAlive }),
  });
  return { valLoss: samples === 0 ? 0 : lossSum / samples, validation: summary };
};

const runEpoch = async (session: Session, file: string): Promise<void> => {
  const { options, store, history } = session;
  const startMs = options.nowMs();
  const epoch = history.length + 1;
  const { loss, learningRate } = await trainEpoch(session, epoch - 1);
  const { valLoss, validation } = validate(session);
  const vectors = store.read();
  const isBest = validation.ndcg_at_10 > (bestOf(history)?.validation.ndcg_at_10 ?? -1);
  if (isBest) {
    session.bestParameters = vectors.parameters;
  }
  const finishedAtMs = options.nowMs();
  const seconds = (finishedAtMs - startMs) / 1000;
  const record = { epoch, trainLoss: loss, valLoss, validation, learningRate, seconds, finishedAtMs, isBest };
  history.push(record);
  await writeCheckpoint(file, {
    trainingKey: trainingKey(options.dataset, options.settings),
    history,
    vectors: { ...vectors, bestParameters: session.bestParameters },
  });
  options.onEpoch(record);
};

const publish = async (session: Session, best: EpochRecord): Promise<string> => {
  const { options, architecture, bestParameters, history } = session;
  const { dataset, settings, trialFolder } = options;
  const digest = await saveModel({
    folder: join(trialFolder, ARTIFACT.modelFolder),
    architecture,
    parameters: bestParameters,
    manifest: {
      feature_dims: dataset.summary.feature_dims,
      embedding_dim: settings.model.embedding_dim,
      is_normalised: isNormalised(settings),
      temperature: temperatureOf(settings, logTemperatureIn(architecture, bestParameters)),
      dataset_version: dataset.summary.version,
      encoder_sha256: dataset.encoderSha256,
      best_epoch: best.epoch,
      settings,
    },
  });
  await writeDurably(join(trialFolder, ARTIFACT.config), [`${JSON.stringify(settings, null, 2)}\n`]);
  await writeDurably(join(trialFolder, ARTIFACT.history), [`${JSON.stringify(history, null, 2)}\n`]);
  return digest;
};

/** What the epochs so far have brought, its files written; null before the first one has ended. */
const conclude = async (session: Session, resumedFromEpoch: number | null): Promise<TrainingResult | null> => {
  const { history, options } = session;
  const best = bestOf(history);
  if (best === undefined) {
    return null;
  }
  const modelDigest = await publish(session, best);
  return {
    bestEpoch: best.epoch,
    epochs: history.length,
    validation: best.validation,
    bestValLoss: best.valLoss,
    seconds: history.reduce((sum, { seconds }) => sum + seconds, 0),
    resumedFromEpoch,
    tensorflow: options.tensorflow,
    precision: session.precision,
    modelDigest,
  };
};

/**
 * Trains until the epoch budget or early stopping, from the latest checkpoint if there is one, or until `stopSignal`
 * lets the running epoch be the last. The same options on the same backend give bit-identical results, interrupted or
 * not, in one call or with growing budgets. Leaves no tensor behind. Throws TRAINING_DIVERGED, CHECKPOINT_CORRUPT,
 * DISK_FULL, NO_DATA_LOADED, CONFIG_INVALID for a model that the data has no ids for, DATA_INVALID for scores that are no
 * numbers, or the signal's reason.
 */
export const trainUntilStopped = async (options: TrainOptions, stopSignal: AbortSignal): Promise<TrainTrialResult> => {
  const file = join(options.trialFolder, ARTIFACT.latestCheckpoint);
  const checkpoint = await readCheckpoint(file, trainingKey(options.dataset, options.settings));
  const session = { ...openSession(options, checkpoint), options };
  try {
    const resumedFromEpoch = checkpoint === null ? null : checkpoint.history.length;
    options.onReady(resumedFromEpoch, checkpoint?.history ?? []);
    while (!isFinished(session) && !stopSignal.aborted) {
      await runEpoch(session, file);
    }
    const result = await conclude(session, resumedFromEpoch);
    return isFinished(session) && result !== null ? { kind: 'trained', result } : { kind: 'stopped', result };
  } finally {
    closeSession(session);
  }
};

/** As `trainUntilStopped`, which nobody stops. */
export const trainTwoTower = async (options: TrainOptions): Promise<TrainingResult> => {
  const { result } = await trainUntilStopped(options, new AbortController().signal);
  if (result === null) {
    throw new TtExpError('INTERNAL', 'training: no epoch has a best result');
  }
  return result;
};
