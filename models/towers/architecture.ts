/** Shapes of the two towers and how their parameters lie in one flat vector. */
import type { IdRows, LoadedDataset } from '../../contracts/dataset.ts';
import { elementAt } from '../../contracts/element-at.ts';
import { TtExpError } from '../../contracts/errors.ts';
import type { ModelConfig } from '../../contracts/experiment-config.ts';
import { HISTORY_NEEDS_IDS } from '../../contracts/history-needs-ids.ts';
import type { TrialSettings } from '../../contracts/trial.ts';
import { combineSeeds, createGenerator, STREAM, toUnit } from '../numerics/prng.ts';

export interface LayerShape {
  readonly inputDim: number;
  readonly outputDim: number;
  /** Every layer but the last, which is linear. */
  readonly isHidden: boolean;
  /** Share of the layer's outputs dropped in training. */
  readonly dropoutRate: number;
}

export interface TowerShape {
  /** Layers over the dense features; none for a side without any. */
  readonly layers: readonly LayerShape[];
  readonly activation: Required<ModelConfig>['activation'];
  /** Whether hidden layers are normalised before their activation. */
  readonly hasLayerNorm: boolean;
  /**
   * Rows of the id embedding [idRows, embedding_dim], which is added to the layers' output; 0 without ids. Row 0 is that
   * of unknown ids.
   */
  readonly idRows: number;
  /** Share of ids taken for unknown in training. Without any, the unknown row is zero and stays so. */
  readonly idDropout: number;
  /** Share of a user's history that a training step leaves out. */
  readonly historyDropout: number;
  /** Rows of the embedding of met items [historyRows, embedding_dim]; 0 where the history is no input. */
  readonly historyRows: number;
}

export type Side = 'user' | 'item';
export const SIDES: readonly Side[] = ['user', 'item'];

/** What a piece of the flat vector is, and where in its tower. */
export interface Piece {
  readonly side: Side;
  readonly kind: 'kernel' | 'bias' | 'gain' | 'offset' | 'ids' | 'history' | 'log_temperature';
  readonly layer: number;
  readonly shape: readonly [number, number] | readonly [number];
}

/** Whether a piece lies in the first part of the flat vector, that of the towers' layers. */
export const isOfLayer = ({ kind }: Piece): boolean => ['kernel', 'bias', 'gain', 'offset'].includes(kind);

/** Whether a step needs only some rows of a piece. */
export const isTable = ({ kind }: Piece): boolean => kind === 'ids' || kind === 'history';

export interface Architecture {
  readonly user: TowerShape;
  readonly item: TowerShape;
  /** In the order of the flat vector: layers of the user tower, of the item tower, then the tables, then the scalar. */
  readonly pieces: readonly Piece[];
  readonly pieceSizes: readonly number[];
  /** Numbers in the flat parameter vector. */
  readonly parameterCount: number;
  /** Those of them that belong to layers; they come first. */
  readonly layerParameterCount: number;
}

const towerShape = (
  inputDim: number,
  ids: IdRows | null,
  model: Required<ModelConfig>,
): Omit<TowerShape, 'historyRows'> => {
  const dims = inputDim === 0 ? [] : [inputDim, ...model.hidden_dims, model.embedding_dim];
  return {
    idRows: ids?.size ?? 0,
    idDropout: model.id_dropout,
    historyDropout: model.history_dropout,
    activation: model.activation,
    hasLayerNorm: model.layer_norm,
    layers: dims.slice(1).map((outputDim, index) => {
      const isHidden = index < model.hidden_dims.length;
      const rate = index === 0 ? model.dropout_rate : model.dropout_rate_middle;
      return { inputDim: elementAt(dims, index), outputDim, isHidden, dropoutRate: isHidden ? rate : 0 };
    }),
  };
};

const layerPieces = (side: Side, { layers, hasLayerNorm }: TowerShape): readonly Piece[] =>
  layers.flatMap(({ inputDim, outputDim, isHidden }, layer): readonly Piece[] => [
    { side, layer, kind: 'kernel', shape: [inputDim, outputDim] },
    { side, layer, kind: 'bias', shape: [outputDim] },
    ...(isHidden && hasLayerNorm
      ? [
          { side, layer, kind: 'gain' as const, shape: [outputDim] as const },
          { side, layer, kind: 'offset' as const, shape: [outputDim] as const },
        ]
      : []),
  ]);

const tablePieces = (side: Side, { idRows, historyRows }: TowerShape, dim: number): readonly Piece[] => [
  ...(idRows > 0 ? [{ side, layer: 0, kind: 'ids' as const, shape: [idRows, dim] as const }] : []),
  ...(historyRows > 0 ? [{ side, layer: 0, kind: 'history' as const, shape: [historyRows, dim] as const }] : []),
];

type ModelSettings = Pick<TrialSettings, 'model' | 'training'>;

/** Whether scores are cosine similarities. They suit the softmax's temperature; the other losses need any size. */
export const isNormalised = (settings: ModelSettings): boolean => {
  const { normalisation } = settings.model;
  return normalisation === 'auto' ? settings.training.loss === 'in_batch_softmax' : normalisation === 'l2';
};

/** Throws CONFIG_INVALID where a history has no ids to know items by. */
export const createArchitecture = (
  featureDims: { readonly user: number; readonly item: number },
  ids: LoadedDataset['ids'],
  settings: ModelSettings,
): Architecture => {
  const { model, training } = settings;
  if (model.user_history && ids.item === null) {
    throw new TtExpError('CONFIG_INVALID', `model.user_history: got true, expected ${HISTORY_NEEDS_IDS.expected}`, {
      hint: HISTORY_NEEDS_IDS.hint,
    });
  }
  const user = {
    ...towerShape(featureDims.user, ids.user, model),
    historyRows: model.user_history ? (ids.item?.size ?? 0) : 0,
  };
  const item = { ...towerShape(featureDims.item, ids.item, model), historyRows: 0 };
  const dim = model.embedding_dim;
  const hasTemperature = training.learn_temperature && isNormalised(settings);
  const pieces = [
    ...layerPieces('user', user),
    ...layerPieces('item', item),
    ...tablePieces('user', user, dim),
    ...tablePieces('item', item, dim),
    ...(hasTemperature
      ? [{ side: 'user' as const, layer: 0, kind: 'log_temperature' as const, shape: [1] as const }]
      : []),
  ];
  const pieceSizes = pieces.map(({ shape }) => shape.reduce<number>((size, extent) => size * extent, 1));
  const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
  const layerParameterCount = sum(pieceSizes.slice(0, pieces.filter(isOfLayer).length));
  return { user, item, pieces, pieceSizes, parameterCount: sum(pieceSizes), layerParameterCount };
};

/** Length that rows of embedding tables start with, about: small beside what they learn, and beside the features. */
const TABLE_LENGTH = 0.1;

/** Largest start value of a piece: He et al. 2015 before an activation, Glorot for the linear layer. */
const limitOf = ({ kind, side, layer, shape }: Piece, architecture: Architecture): number => {
  const [first, second = 1] = shape;
  if (kind === 'kernel') {
    return Math.sqrt(6 / (architecture[side].layers[layer]?.isHidden ? first : first + second));
  }
  return kind === 'ids' || kind === 'history' ? TABLE_LENGTH * Math.sqrt(3 / second) : 0;
};

/** Numbers of a table's first row, which start at zero. */
const unknownSize = ({ kind, side, shape }: Piece, architecture: Architecture): number =>
  kind === 'history' || (kind === 'ids' && architecture[side].idDropout === 0) ? elementAt<number>(shape, 1) : 0;

/** Kernels and tables uniform, biases and offsets zero, gains one, the temperature as configured. [parameterCount] */
export const initialParameters = (architecture: Architecture, seed: number, temperature: number): Float32Array => {
  const flat = new Float32Array(architecture.parameterCount);
  let offset = 0;
  // Streams of kernels are numbered through both towers, those of tables on their own.
  const drawn = { weights: 0, ids: 0 };
  for (const [index, piece] of architecture.pieces.entries()) {
    const values = flat.subarray(offset, offset + elementAt(architecture.pieceSizes, index));
    const limit = limitOf(piece, architecture);
    if (limit > 0) {
      const stream = piece.kind === 'kernel' ? 'weights' : 'ids';
      const next = createGenerator(combineSeeds(seed, STREAM[stream], drawn[stream]++));
      for (let place = unknownSize(piece, architecture); place < values.length; place += 1) {
        values[place] = (2 * toUnit(next()) - 1) * limit;
      }
    } else {
      values.fill(piece.kind === 'gain' ? 1 : piece.kind === 'log_temperature' ? Math.log(temperature) : 0);
    }
    offset += values.length;
  }
  return flat;
};
