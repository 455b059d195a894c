/** Shapes of the two towers and how their parameters lie in one flat vector. */
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
  readonly layers: readonly LayerShape[];
}

export interface Architecture {
  readonly user: TowerShape;
  readonly item: TowerShape;
  /** Numbers in the flat parameter vector. */
  readonly parameterCount: number;
  /** Sizes of its pieces: for each layer of the user tower kernel and bias, then likewise for the item tower. */
  readonly pieceSizes: readonly number[];
  readonly pieceShapes: readonly (readonly [number, number] | readonly [number])[];
}

const towerShape = (inputDim: number, model: Required<ModelConfig>): TowerShape => {
  const dims = [inputDim, ...model.hidden_dims, model.embedding_dim];
  return {
    layers: dims.slice(1).map((outputDim, index) => {
      const isHidden = index < model.hidden_dims.length;
      const rate = index === 0 ? model.dropout_rate : model.dropout_rate_middle;
      return { inputDim: dims[index] ?? 0, outputDim, isHidden, dropoutRate: isHidden ? rate : 0 };
    }),
  };
};

export const createArchitecture = (
  featureDims: { readonly user: number; readonly item: number },
  model: Required<ModelConfig>,
): Architecture => {
  const user = towerShape(featureDims.user, model);
  const item = towerShape(featureDims.item, model);
  const pieceShapes = [...user.layers, ...item.layers].flatMap(({ inputDim, outputDim }) => [
    [inputDim, outputDim] as const,
    [outputDim] as const,
  ]);
  const pieceSizes = pieceShapes.map((shape) => shape.reduce<number>((size, dim) => size * dim, 1));
  return { user, item, pieceShapes, pieceSizes, parameterCount: pieceSizes.reduce((sum, size) => sum + size, 0) };
};

/** He-uniform kernels before ReLU (He et al. 2015), Glorot-uniform for the linear layer; biases zero. [parameterCount] */
export const initialParameters = ({ user, item, parameterCount }: Architecture, seed: number): Float32Array => {
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
  return flat;
};
