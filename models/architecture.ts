/** Shapes of the two towers and how their parameters lie in one flat vector. */
import type { IdRows, LoadedDataset } from '../contracts/dataset.ts';
import type { ModelConfig } from '../contracts/experiment-config.ts';
import { combineSeeds, createGenerator, STREAM, toUnit } from './prng.ts';

export interface LayerShape {
  readonly inputDim: number;
  readonly outputDim: number;
  /** ReLU after every layer but the last, which is linear. */
  readonly isHidden: boolean;
  /** Share of the layer's outputs dropped in training. */
  readonly dropoutRate: number;
}

export interface TowerShape {
  /** Layers over the dense features; none for a side without any. */
  readonly layers: readonly LayerShape[];
  /** Rows of the trained id embedding [idRows, embedding_dim], which is added to the layers' output; 0 without ids. */
  readonly idRows: number;
}

export interface Architecture {
  readonly user: TowerShape;
  readonly item: TowerShape;
  /** Numbers in the flat parameter vector. */
  readonly parameterCount: number;
  /**
   * Sizes of its pieces: for each layer of the user tower kernel and bias, then likewise for the item tower, then the id
   * embeddings of users and of items where there are such.
   */
  readonly pieceSizes: readonly number[];
  readonly pieceShapes: readonly (readonly [number, number] | readonly [number])[];
}

/** Ids have a row each but for row 0, the unknown ones, whose embedding is zero and is not trained. */
const towerShape = (inputDim: number, ids: IdRows | null, model: Required<ModelConfig>): TowerShape => {
  const dims = inputDim === 0 ? [] : [inputDim, ...model.hidden_dims, model.embedding_dim];
  return {
    idRows: ids === null ? 0 : ids.size - 1,
    layers: dims.slice(1).map((outputDim, index) => {
      const isHidden = index < model.hidden_dims.length;
      const rate = index === 0 ? model.dropout_rate : model.dropout_rate_middle;
      return { inputDim: dims[index] ?? 0, outputDim, isHidden, dropoutRate: isHidden ? rate : 0 };
    }),
  };
};

export const createArchitecture = (
  featureDims: { readonly user: number; readonly item: number },
  ids: LoadedDataset['ids'],
  model: Required<ModelConfig>,
): Architecture => {
  const user = towerShape(featureDims.user, ids.user, model);
  const item = towerShape(featureDims.item, ids.item, model);
  const pieceShapes = [
    ...[...user.layers, ...item.layers].flatMap(({ inputDim, outputDim }) => [
      [inputDim, outputDim] as const,
      [outputDim] as const,
    ]),
    ...[user, item].flatMap(({ idRows }) => (idRows > 0 ? [[idRows, model.embedding_dim] as const] : [])),
  ];
  const pieceSizes = pieceShapes.map((shape) => shape.reduce<number>((size, dim) => size * dim, 1));
  return { user, item, pieceShapes, pieceSizes, parameterCount: pieceSizes.reduce((sum, size) => sum + size, 0) };
};

/** Length that id embeddings start with, about: small beside what they learn, and beside the features' output. */
const ID_LENGTH = 0.1;

/**
 * He-uniform kernels before ReLU (He et al. 2015), Glorot-uniform for the linear layer; biases zero; id embeddings
 * uniform. [parameterCount]
 */
export const initialParameters = (
  { user, item, pieceShapes, parameterCount }: Architecture,
  seed: number,
): Float32Array => {
  const flat = new Float32Array(parameterCount);
  let offset = 0;
  for (const [index, { inputDim, outputDim, isHidden }] of [...user.layers, ...item.layers].entries()) {
    const limit = Math.sqrt(6 / (isHidden ? inputDim : inputDim + outputDim));
    const next = createGenerator(combineSeeds(seed, STREAM.weights, index));
    for (let weight = 0; weight < inputDim * outputDim; weight += 1) {
      flat[offset + weight] = (2 * toUnit(next()) - 1) * limit;
    }
    offset += inputDim * outputDim + outputDim;
  }
  for (const [index, [rows, dim = 1]] of pieceShapes.slice(2 * (user.layers.length + item.layers.length)).entries()) {
    const next = createGenerator(combineSeeds(seed, STREAM.ids, index));
    const limit = ID_LENGTH * Math.sqrt(3 / dim);
    for (let weight = 0; weight < rows * dim; weight += 1) {
      flat[offset + weight] = (2 * toUnit(next()) - 1) * limit;
    }
    offset += rows * dim;
  }
  return flat;
};
