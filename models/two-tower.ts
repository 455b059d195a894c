/** The two towers with their parameters: one training step, embeddings, validation loss. */
import * as tf from '@tensorflow/tfjs-core';
import type { IdRows, LoadedDataset } from '../contracts/dataset.ts';
import type { TrialSettings } from '../contracts/trial.ts';
import type { Architecture } from './architecture.ts';
import type { Batch } from './batches.ts';
import { inBatchSoftmax, weightedBinaryCrossEntropy } from './losses.ts';
import type { Optimiser } from './optimiser.ts';
import { lookUpIds, normaliseRows, type StepPosition, towerForward } from './tower.ts';

/** Cosine similarity suits the softmax's temperature; cross-entropy needs dot products of any size. */
export const isNormalised = (settings: TrialSettings): boolean => settings.training.loss === 'in_batch_softmax';

/** What the towers know of users and items. */
export interface Features {
  readonly user: SideFeatures;
  readonly item: SideFeatures;
}

export interface SideFeatures {
  /** [entities, inputDim], owned by whoever made it; null for a side without dense features. */
  readonly dense: tf.Tensor2D | null;
  /** Row of each entity's id embedding, 0 = unknown; null where ids are no feature. */
  readonly idRows: Int32Array | null;
  readonly count: number;
}

const sideFeatures = (features: Float32Array, count: number, ids: IdRows | null): SideFeatures => ({
  dense: features.length === 0 ? null : tf.tensor2d(features, [count, features.length / Math.max(1, count)]),
  idRows: ids?.rows ?? null,
  count,
});

export const featureTensors = ({ userFeatures, itemFeatures, userIds, itemIds, ids }: LoadedDataset): Features => ({
  user: sideFeatures(userFeatures, userIds.length, ids.user),
  item: sideFeatures(itemFeatures, itemIds.length, ids.item),
});

export const disposeFeatures = ({ user, item }: Features): void => {
  for (const { dense } of [user, item]) {
    dense?.dispose();
  }
};

/** Pieces of the flat vector in the shapes of kernels, biases and id embeddings; belongs into a tidy. */
const splitParameters = (flat: tf.Tensor1D, { pieceSizes, pieceShapes }: Architecture): tf.Tensor[] =>
  tf.split(flat, [...pieceSizes]).map((piece, index) => tf.reshape(piece, [...(pieceShapes[index] ?? [])]));

/** Those of one tower: its layers, and its id embedding. */
const piecesOf = ({ user, item }: Architecture, pieces: readonly tf.Tensor[], side: Side) => {
  const userPieces = user.layers.length * 2;
  const layerPieces = userPieces + item.layers.length * 2;
  const layers = side === 'user' ? pieces.slice(0, userPieces) : pieces.slice(userPieces, layerPieces);
  const table = pieces[layerPieces + (side === 'item' && user.idRows > 0 ? 1 : 0)];
  return { layers, table: table as tf.Tensor2D | undefined };
};

type Side = 'user' | 'item';

/** Embeddings [rows, dim] of the entities `index`, or of all. */
const embed = (
  architecture: Architecture,
  pieces: readonly tf.Tensor[],
  side: Side,
  features: Features,
  index: Int32Array | null,
  settings: TrialSettings,
  position: StepPosition | null,
): tf.Tensor2D => {
  const shape = architecture[side];
  const { dense, idRows, count } = features[side];
  const own = piecesOf(architecture, pieces, side);
  const outputs: tf.Tensor2D[] = [];
  if (dense !== null && shape.layers.length > 0) {
    const rows = index === null ? dense : tf.gather(dense, tf.tensor1d(index, 'int32'));
    const tower = side === 'user' ? 0 : 1;
    outputs.push(towerForward(shape, own.layers, rows, position && { ...position, tower }));
  }
  if (idRows !== null && own.table !== undefined && shape.idRows > 0) {
    outputs.push(lookUpIds(own.table, index === null ? idRows : index.map((entity) => idRows[entity] ?? 0)));
  }
  const [first = tf.zeros<tf.Rank.R2>([index?.length ?? count, settings.model.embedding_dim]), second] = outputs;
  const output = second === undefined ? first : tf.add<tf.Tensor2D>(first, second);
  return isNormalised(settings) ? normaliseRows(output) : output;
};

interface LossContext {
  readonly architecture: Architecture;
  readonly settings: TrialSettings;
  readonly features: Features;
  readonly batch: Batch;
  /** [items of the catalogue] */
  readonly inclusion: Float32Array;
  readonly position: StepPosition | null;
}

const batchLoss = (context: LossContext, pieces: readonly tf.Tensor[]): tf.Scalar => {
  const { architecture, settings, features, batch, inclusion, position } = context;
  const users = embed(architecture, pieces, 'user', features, batch.users, settings, position);
  const items = embed(architecture, pieces, 'item', features, batch.items, settings, position);
  const shape: [number, number] = [batch.users.length, batch.items.length];
  const input = {
    scores: tf.matMul<tf.Tensor2D>(users, items, false, true),
    targets: tf.tensor2d(batch.targets, shape),
    weights: tf.tensor2d(batch.weights, shape),
    positives: tf.tensor2d(batch.positives, shape),
    logInclusion: tf.tensor2d(
      Float32Array.from(batch.items, (item) => Math.log(inclusion[item] ?? 1)),
      [1, shape[1]],
    ),
    temperature: settings.training.temperature,
  };
  return settings.training.loss === 'in_batch_softmax' ? inBatchSoftmax(input) : weightedBinaryCrossEntropy(input);
};

/** Loss of a batch without dropout. */
export const measureLoss = (context: Omit<LossContext, 'position'>, optimiser: Optimiser): number =>
  tf.tidy(() => {
    const pieces = splitParameters(optimiser.parameters(), context.architecture);
    return batchLoss({ ...context, position: null }, pieces).dataSync()[0] ?? Number.NaN;
  });

/** One optimiser step; returns the loss before it. Leaves no tensor. */
export const trainStep = (
  context: LossContext,
  optimiser: Optimiser,
  step: { readonly learningRate: number; readonly step: number },
): number => {
  const { value, gradient } = tf.tidy(() => {
    const pieces = tf.tidy(() => splitParameters(optimiser.parameters(), context.architecture));
    const valueAndGradients = tf.valueAndGrads((...inputs: tf.Tensor[]) => batchLoss(context, inputs));
    const { value: loss, grads } = valueAndGradients(pieces);
    return { value: loss, gradient: tf.concat1d(grads.map((piece) => tf.reshape(piece, [-1]) as tf.Tensor1D)) };
  });
  optimiser.apply(gradient, { ...step, weightDecay: context.settings.training.weight_decay });
  const loss = value.dataSync()[0] ?? Number.NaN;
  tf.dispose([value, gradient]);
  return loss;
};

/** Embeddings of the whole catalogue, [users, dim] and [items, dim] row-major. */
export const embedCatalogue = (
  architecture: Architecture,
  settings: TrialSettings,
  features: Features,
  optimiser: Optimiser,
): { users: Float32Array; items: Float32Array } => {
  const [users, items] = tf.tidy(() => {
    const pieces = splitParameters(optimiser.parameters(), architecture);
    return [
      embed(architecture, pieces, 'user', features, null, settings, null),
      embed(architecture, pieces, 'item', features, null, settings, null),
    ] as const;
  });
  try {
    return { users: users.dataSync().slice() as Float32Array, items: items.dataSync().slice() as Float32Array };
  } finally {
    tf.dispose([users, items]);
  }
};
