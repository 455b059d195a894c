/** The two towers with their parameters: one training step, embeddings, validation loss. */
import * as tf from '@tensorflow/tfjs-core';
import { elementAt, missing } from '../../contracts/element-at.ts';
import type { TrialSettings } from '../../contracts/trial.ts';
import { bayesianPersonalisedRanking, inBatchSoftmax, weightedBinaryCrossEntropy } from '../losses/losses.ts';
import { computeValues } from '../numerics/compute-values.ts';
import { float32Product, type Product } from '../numerics/product.ts';
import { type Architecture, isNormalised, isTable, SIDES, type Side } from '../towers/architecture.ts';
import type { Features } from '../towers/features.ts';
import type { HistoryStep } from '../towers/history.ts';
import type { NativeTowers } from '../towers/native-towers.ts';
import { splitFlat, splitLayers } from '../towers/parameters.ts';
import { tableBags } from '../towers/table-bags.ts';
import { drawDropouts, normaliseRows, type StepPosition, type TowerInput, towerForward } from '../towers/tower.ts';
import type { Batch } from './batches.ts';
import { type ParameterStore, type Parts, partsLike, type TableBags, tensorsOf } from './parameter-store.ts';

/** What the towers compute with, whatever they compute. */
interface TowersContext {
  readonly architecture: Architecture;
  readonly settings: TrialSettings;
  readonly features: Features;
}

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

/** The parameters of a step as the towers compute with them. */
interface StepParameters {
  /** [layerParameterCount]; null for a model without layers. */
  readonly layers: tf.Tensor1D | null;
  /** [1]; null where the temperature is not trained. */
  readonly logTemperature: tf.Tensor1D | null;
  readonly sums: Parts['sums'];
}

const parametersOf = ({ flat, sums }: Parts, architecture: Architecture): StepParameters => ({
  ...(flat === null ? { layers: null, logTemperature: null } : splitFlat(flat, architecture)),
  sums,
});

/**
 * Embeddings of one side, [count, dim].
 * @param ofLayers what the tower's layers gave, [count, dim]; null for a side without layers
 */
const embed = (
  { architecture, settings }: TowersContext,
  { sums }: StepParameters,
  side: Side,
  count: number,
  ofLayers: tf.Tensor2D | null,
): tf.Tensor2D => {
  const tables = architecture.pieces.filter(isTable);
  const parts = [ofLayers, ...sums.filter((_, table) => tables[table]?.side === side)].filter((part) => part !== null);
  const [first = tf.zeros<tf.Rank.R2>([count, settings.model.embedding_dim]), ...others] = parts;
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

/** Embeddings of one side divided by the temperature, so that their dot products are: a vector a row, not a matrix. */
const tempered = (
  embeddings: tf.Tensor2D,
  settings: TrialSettings,
  { logTemperature }: StepParameters,
): tf.Tensor2D => {
  if (logTemperature !== null) {
    return tf.div(embeddings, tf.maximum(tf.exp(logTemperature), LOWEST_TEMPERATURE));
  }
  return isNormalised(settings) ? tf.div(embeddings, settings.training.temperature) : embeddings;
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
  layers: tf.Tensor1D | null,
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
  const { users, items, labels } = batch;
  const itemRows = features.item.idRows;
  if (features.user.histories === null || itemRows === null) {
    return () => false;
  }
  const asked = new Map<number, Set<number>>(Array.from(users, (user) => [user, new Set()]));
  for (const cell of labels.cells) {
    const [row, column] = [Math.floor(cell / items.length), cell % items.length];
    const item = items[column] ?? missing(items, column);
    asked.get(users[row] ?? missing(users, row))?.add(itemRows[item] ?? missing(itemRows, item));
  }
  return (user, row) => asked.get(user)?.has(row) ?? false;
};

const bagsOfBatch = (context: LossContext): TableBags => {
  const { batch, position } = context;
  const step = position && { position, isTarget: targetsOf(context) };
  return tableBags(context, { user: batch.users, item: batch.items }, step);
};

const batchLoss = (context: LossContext, parts: Parts): tf.Scalar => {
  const { architecture, settings, batch, inclusion, position, product, nativeTowers } = context;
  const parameters = parametersOf(parts, architecture);
  const { layers } = parameters;
  const training = position && { position, product };
  const user = towerInput(context, 'user', batch.users, training);
  const item = towerInput(context, 'item', batch.items, training);
  const ofLayers =
    nativeTowers !== null && layers !== null && user !== null && item !== null
      ? nativeTowers.forward(layers, { user, item })
      : towersForward(architecture, layers, { user, item });
  const users = embed(context, parameters, 'user', batch.users.length, ofLayers.user);
  const items = embed(context, parameters, 'item', batch.items.length, ofLayers.item);
  const scores = tf.matMul<tf.Tensor2D>(tempered(users, settings, parameters), items, false, true);
  if (settings.training.loss === 'bpr') {
    return bayesianPersonalisedRanking(scores, batch.comparisons);
  }
  const { labels, positives } = batch;
  if (settings.training.loss === 'weighted_bce') {
    return weightedBinaryCrossEntropy({ scores, labels });
  }
  const logInclusion = Float32Array.from(batch.items, (item) => Math.log(inclusion[item] ?? missing(inclusion, item)));
  return inBatchSoftmax({
    scores,
    labels,
    positives,
    logInclusion: tf.tensor2d(logInclusion, [1, batch.items.length]),
  });
};

/** Loss of a batch without dropout. */
export const measureLoss = (
  context: Omit<LossContext, 'position' | 'product' | 'nativeTowers'>,
  store: ParameterStore,
): number =>
  tf.tidy(() => {
    const outside: LossContext = { ...context, position: null, product: float32Product, nativeTowers: null };
    const values = batchLoss(outside, store.take(bagsOfBatch(outside))).dataSync();
    return elementAt(values, 0);
  });

/** One step of the optimiser; returns the loss before it. Leaves no tensor. */
export const trainStep = (
  context: LossContext,
  store: ParameterStore,
  step: { readonly learningRate: number; readonly step: number },
): number => {
  const { clip_norm: clipNorm, weight_decay: weightDecay } = context.settings.training;
  const bags = bagsOfBatch(context);
  const parts = store.take(bags);
  const [value, ...grads] = tf.tidy(() => {
    const lossAndGradients = tf.valueAndGrads((...tensors) => batchLoss(context, partsLike(parts, tensors)));
    const { value: loss, grads: ofParts } = lossAndGradients([...tensorsOf(parts)]);
    return [loss, ...ofParts];
  }) as [tf.Scalar, ...tf.Tensor[]];
  const gradients = partsLike(parts, grads);
  tf.dispose([...tensorsOf(parts)]);
  store.apply(gradients, bags, { ...step, weightDecay, clipNorm });
  const loss = elementAt(value.dataSync(), 0);
  tf.dispose([value, ...grads]);
  return loss;
};

/** Entities embedded at once: bounds the memory of their hidden layers and histories. */
const ROWS_PER_BLOCK = 512;

/** Embeddings of the whole catalogue, [users, dim] and [items, dim] row-major. */
export const embedCatalogue = (
  context: TowersContext,
  store: ParameterStore,
): { users: Float32Array; items: Float32Array } => {
  const dim = context.settings.model.embedding_dim;
  const embedSide = (side: Side): Float32Array => {
    const { count } = context.features[side];
    const all = new Float32Array(count * dim);
    for (let from = 0; from < count; from += ROWS_PER_BLOCK) {
      const index = Int32Array.from({ length: Math.min(ROWS_PER_BLOCK, count - from) }, (_, row) => from + row);
      const block = computeValues(() => {
        const { architecture } = context;
        const bags = tableBags(context, { user: null, item: null, [side]: index }, null);
        const parameters = parametersOf(store.take(bags), architecture);
        const input = towerInput(context, side, index, null);
        const layers = splitLayers(parameters.layers, architecture)[side];
        return embed(context, parameters, side, index.length, input && towerForward(architecture[side], layers, input));
      });
      all.set(block, from * dim);
    }
    return all;
  };
  return { users: embedSide('user'), items: embedSide('item') };
};
