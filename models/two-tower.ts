/** The two towers with their parameters: one training step, embeddings, validation loss. */
import * as tf from '@tensorflow/tfjs-core';
import type { LoadedDataset } from '../contracts/dataset.ts';
import type { TrialSettings } from '../contracts/trial.ts';
import type { Architecture } from './architecture.ts';
import type { Batch } from './batches.ts';
import { inBatchSoftmax, weightedBinaryCrossEntropy } from './losses.ts';
import type { Optimiser } from './optimiser.ts';
import { normaliseRows, type StepPosition, towerForward } from './tower.ts';

/** Cosine similarity suits the softmax's temperature; cross-entropy needs dot products of any size. */
export const isNormalised = (settings: TrialSettings): boolean => settings.training.loss === 'in_batch_softmax';

export interface Features {
  /** [users, userDim] and [items, itemDim]; owned by whoever made them. */
  readonly users: tf.Tensor2D;
  readonly items: tf.Tensor2D;
}

export const featureTensors = ({ userFeatures, itemFeatures, userIds, itemIds }: LoadedDataset): Features => ({
  users: tf.tensor2d(userFeatures, [userIds.length, userFeatures.length / Math.max(1, userIds.length)]),
  items: tf.tensor2d(itemFeatures, [itemIds.length, itemFeatures.length / Math.max(1, itemIds.length)]),
});

/** Pieces of the flat vector in the shapes of kernels and biases; belongs into a tidy. */
const splitParameters = (flat: tf.Tensor1D, { pieceSizes, pieceShapes }: Architecture): tf.Tensor[] =>
  tf.split(flat, [...pieceSizes]).map((piece, index) => tf.reshape(piece, [...(pieceShapes[index] ?? [])]));

const embed = (
  architecture: Architecture,
  pieces: readonly tf.Tensor[],
  side: 'user' | 'item',
  features: tf.Tensor2D,
  settings: TrialSettings,
  position: StepPosition | null,
): tf.Tensor2D => {
  const userPieces = architecture.user.layers.length * 2;
  const own = side === 'user' ? pieces.slice(0, userPieces) : pieces.slice(userPieces);
  const tower = side === 'user' ? 0 : 1;
  const output = towerForward(architecture[side], own, features, position && { ...position, tower });
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
  const rows = (source: tf.Tensor2D, index: Int32Array): tf.Tensor2D => tf.gather(source, tf.tensor1d(index, 'int32'));
  const users = embed(architecture, pieces, 'user', rows(features.users, batch.users), settings, position);
  const items = embed(architecture, pieces, 'item', rows(features.items, batch.items), settings, position);
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
      embed(architecture, pieces, 'user', features.users, settings, null),
      embed(architecture, pieces, 'item', features.items, settings, null),
    ] as const;
  });
  try {
    return { users: users.dataSync().slice() as Float32Array, items: items.dataSync().slice() as Float32Array };
  } finally {
    tf.dispose([users, items]);
  }
};
