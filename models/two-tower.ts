/** The two towers with their parameters: one training step, embeddings, validation loss. */
import * as tf from '@tensorflow/tfjs-core';
import type { TrialSettings } from '../contracts/trial.ts';
import { type Architecture, isNormalised, SIDES, type Side } from './architecture.ts';
import type { Batch } from './batches.ts';
import { computeValues } from './compute-values.ts';
import type { Features } from './features.ts';
import { type HistoryStep, historyBags, sumBags } from './history.ts';
import { bayesianPersonalisedRanking, inBatchSoftmax, weightedBinaryCrossEntropy } from './losses.ts';
import type { NativeTowers } from './native-towers.ts';
import type { Optimiser } from './optimiser.ts';
import { splitLayers, splitTables, type Tables } from './parameters.ts';
import { combineSeeds, createGenerator, STREAM, toUnit } from './prng.ts';
import { float32Product, type Product } from './product.ts';
import { drawDropouts, lookUpIds, normaliseRows, type StepPosition, type TowerInput, towerForward } from './tower.ts';

/** What the towers compute with, whatever they compute. */
interface TowersContext {
  readonly architecture: Architecture;
  readonly settings: TrialSettings;
  readonly features: Features;
}

/** Null outside training: no dropout, known ids are known, histories are whole. */
interface EmbedStep {
  readonly position: StepPosition;
  readonly isTarget: HistoryStep['isTarget'];
}

/** Rows of the id table, some of them taken for unknown in training. */
const idRowsOf = (idRows: Int32Array, index: Int32Array, share: number, seed: number | null): Int32Array => {
  const next = createGenerator(seed ?? 0);
  return index.map((entity) => (seed !== null && toUnit(next()) < share ? 0 : (idRows[entity] ?? 0)));
};

/**
 * What the layers of a tower are given for the entities `index`; null for a side without layers.
 * @param training null outside training
 */
const towerInput = (
  { architecture, features }: TowersContext,
  side: Side,
  index: Int32Array,
  training: { readonly position: StepPosition; readonly product: Product } | null,
): TowerInput | null => {
  const { dense } = features[side];
  if (dense === null) {
    return null;
  }
  const tower = SIDES.indexOf(side);
  const dropouts = training && drawDropouts(architecture[side], index.length, { ...training.position, tower });
  return { features: dense, index, dropouts: dropouts ?? [], product: training?.product ?? float32Product };
};

/**
 * Embeddings [index.length, dim] of the entities `index`.
 * @param ofLayers what the tower's layers gave for them, [index.length, dim]; null for a side without layers
 */
const embed = (
  { architecture, settings, features }: TowersContext,
  tables: Tables,
  side: Side,
  index: Int32Array,
  ofLayers: tf.Tensor2D | null,
  step: EmbedStep | null,
): tf.Tensor2D => {
  const shape = architecture[side];
  const { idRows, histories } = features[side];
  const ids = tables.ids[side];
  const { history } = tables;
  const tower = SIDES.indexOf(side);
  const seedOf = (stream: number): number | null =>
    step && combineSeeds(step.position.seed, stream, step.position.epoch, step.position.step, tower);
  const parts = ofLayers === null ? [] : [ofLayers];
  if (idRows !== null && ids !== null) {
    const rows = idRowsOf(idRows, index, shape.idDropout, seedOf(STREAM.unknown));
    parts.push(lookUpIds(ids, rows, shape.idDropout > 0));
  }
  if (histories !== null && history !== null) {
    const seed = seedOf(STREAM.history);
    const bags = historyBags(histories, index, step && { isTarget: step.isTarget, seed: seed ?? 0 });
    parts.push(sumBags(history, bags));
  }
  const [first = tf.zeros<tf.Rank.R2>([index.length, settings.model.embedding_dim]), ...others] = parts;
  const output = others.reduce((sum, part) => tf.add<tf.Tensor2D>(sum, part), first);
  return isNormalised(settings) ? normaliseRows(output) : output;
};

/** Cosine similarities are too alike below this for their softmax to be anything but the single best (as in CLIP). */
const LOWEST_TEMPERATURE = 0.01;

/** The temperature that scores are divided by: 1 for dot products. */
export const temperatureOf = (settings: TrialSettings, logTemperature: number | null): number => {
  if (!isNormalised(settings)) {
    return 1;
  }
  return logTemperature === null
    ? settings.training.temperature
    : Math.max(LOWEST_TEMPERATURE, Math.exp(logTemperature));
};

const tempered = (dots: tf.Tensor2D, settings: TrialSettings, { logTemperature }: Tables): tf.Tensor2D => {
  if (logTemperature !== null) {
    return tf.div(dots, tf.maximum(tf.exp(logTemperature), LOWEST_TEMPERATURE));
  }
  return isNormalised(settings) ? tf.div(dots, settings.training.temperature) : dots;
};

interface LossContext extends TowersContext {
  readonly batch: Batch;
  /** [items of the catalogue] */
  readonly inclusion: Float32Array;
  readonly position: StepPosition | null;
  /** What the layers multiply with in training. */
  readonly product: Product;
  /** null where the portable towers compute. */
  readonly nativeTowers: NativeTowers | null;
}

/** What the layers of both towers give, by the portable operations: the reference of `native-towers.ts`. */
export const towersForward = (
  architecture: Architecture,
  layers: tf.Tensor1D,
  { user, item }: Readonly<Record<Side, TowerInput | null>>,
): Readonly<Record<Side, tf.Tensor2D | null>> => {
  const parameters = splitLayers(layers, architecture);
  return {
    user: user && towerForward(architecture.user, parameters.user, user),
    item: item && towerForward(architecture.item, parameters.item, item),
  };
};

/** Rows of the history table that a batch asks a user about. */
const targetsOf = ({ batch, features }: LossContext): HistoryStep['isTarget'] => {
  const { users, items, weights } = batch;
  const itemRows = features.item.idRows;
  if (features.user.histories === null || itemRows === null) {
    return () => false;
  }
  const asked = new Map<number, Set<number>>();
  for (const [row, user] of users.entries()) {
    const rows = items.filter((_, column) => (weights[row * items.length + column] ?? 0) > 0);
    asked.set(user, new Set(rows.map((item) => itemRows[item] ?? 0)));
  }
  return (user, row) => asked.get(user)?.has(row) ?? false;
};

/** @param flat [parameterCount] */
const batchLoss = (context: LossContext, flat: tf.Tensor1D): tf.Scalar => {
  const { architecture, settings, batch, inclusion, position, product, nativeTowers } = context;
  const { layers, tables } = splitTables(flat, architecture);
  const step = position && { position, isTarget: targetsOf(context) };
  const training = position && { position, product };
  const user = towerInput(context, 'user', batch.users, training);
  const item = towerInput(context, 'item', batch.items, training);
  const ofLayers =
    nativeTowers !== null && user !== null && item !== null
      ? nativeTowers.forward(layers, { user, item })
      : towersForward(architecture, layers, { user, item });
  const users = embed(context, tables, 'user', batch.users, ofLayers.user, step);
  const items = embed(context, tables, 'item', batch.items, ofLayers.item, step);
  const scores = tempered(tf.matMul<tf.Tensor2D>(users, items, false, true), settings, tables);
  if (settings.training.loss === 'bpr') {
    return bayesianPersonalisedRanking(scores, batch.comparisons);
  }
  const shape: [number, number] = [batch.users.length, batch.items.length];
  const input = { scores, targets: tf.tensor2d(batch.targets, shape), weights: tf.tensor2d(batch.weights, shape) };
  return settings.training.loss === 'weighted_bce'
    ? weightedBinaryCrossEntropy(input)
    : inBatchSoftmax({
        ...input,
        positives: tf.tensor2d(batch.positives, shape),
        logInclusion: tf.tensor2d(
          Float32Array.from(batch.items, (item) => Math.log(inclusion[item] ?? 1)),
          [1, shape[1]],
        ),
      });
};

/** Loss of a batch without dropout. */
export const measureLoss = (
  context: Omit<LossContext, 'position' | 'product' | 'nativeTowers'>,
  optimiser: Optimiser,
): number =>
  tf.tidy(() => {
    const outsideTraining = { position: null, product: float32Product, nativeTowers: null };
    return batchLoss({ ...context, ...outsideTraining }, optimiser.parameters()).dataSync()[0] ?? Number.NaN;
  });

/** A gradient longer than `limit` scaled down to it (Pascanu et al. 2013). 0: as it is. */
const clipped = (gradient: tf.Tensor1D, limit: number): tf.Tensor1D =>
  limit === 0 ? gradient : tf.mul(gradient, tf.div(limit, tf.maximum(limit, tf.sqrt(tf.sum(tf.square(gradient))))));

/** One optimiser step; returns the loss before it. Leaves no tensor. */
export const trainStep = (
  context: LossContext,
  optimiser: Optimiser,
  step: { readonly learningRate: number; readonly step: number },
): number => {
  const { clip_norm: clipNorm, weight_decay: weightDecay } = context.settings.training;
  const { value, gradient } = tf.tidy(() => {
    const lossAndGradient = tf.valueAndGrad((flat: tf.Tensor1D) => batchLoss(context, flat));
    const { value: loss, grad } = lossAndGradient(optimiser.parameters());
    return { value: loss, gradient: clipped(grad, clipNorm) };
  });
  optimiser.apply(gradient, { ...step, weightDecay });
  const loss = value.dataSync()[0] ?? Number.NaN;
  tf.dispose([value, gradient]);
  return loss;
};

/** Entities embedded at once: bounds the memory of their hidden layers and histories. */
const ROWS_PER_BLOCK = 512;

/** Embeddings of the whole catalogue, [users, dim] and [items, dim] row-major. */
export const embedCatalogue = (
  context: TowersContext,
  optimiser: Optimiser,
): { users: Float32Array; items: Float32Array } => {
  const dim = context.settings.model.embedding_dim;
  const embedSide = (side: Side): Float32Array => {
    const { count } = context.features[side];
    const all = new Float32Array(count * dim);
    for (let from = 0; from < count; from += ROWS_PER_BLOCK) {
      const index = Int32Array.from({ length: Math.min(ROWS_PER_BLOCK, count - from) }, (_, row) => from + row);
      const block = computeValues(() => {
        const { architecture } = context;
        const { layers, tables } = splitTables(optimiser.parameters(), architecture);
        const input = towerInput(context, side, index, null);
        const ofLayers = input && towerForward(architecture[side], splitLayers(layers, architecture)[side], input);
        return embed(context, tables, side, index, ofLayers, null);
      });
      all.set(block, from * dim);
    }
    return all;
  };
  return { users: embedSide('user'), items: embedSide('item') };
};
