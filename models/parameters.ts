/** The flat parameter vector as the tensors that the towers compute with. */
import * as tf from '@tensorflow/tfjs-core';
import type { Architecture, Side } from './architecture.ts';
import type { LayerParameters } from './tower.ts';

export interface SideParameters {
  readonly layers: readonly LayerParameters[];
  /** [idRows, embedding_dim] */
  readonly ids: tf.Tensor2D | null;
  /** [historyRows, embedding_dim] */
  readonly history: tf.Tensor2D | null;
}

export interface Parameters {
  readonly user: SideParameters;
  readonly item: SideParameters;
  /** [1]; null where the temperature is not trained. */
  readonly logTemperature: tf.Tensor1D | null;
}

/** In the order of `architecture.pieces`; belongs into a tidy. */
export const splitParameters = (flat: tf.Tensor1D, { pieces, pieceSizes }: Architecture): tf.Tensor[] =>
  tf.split(flat, [...pieceSizes]).map((piece, index) => tf.reshape(piece, [...(pieces[index]?.shape ?? [])]));

/** @param tensors as `splitParameters` gives them */
export const namedParameters = ({ pieces, ...towers }: Architecture, tensors: readonly tf.Tensor[]): Parameters => {
  const find = (side: Side, kind: string, layer = 0): tf.Tensor | null =>
    tensors[pieces.findIndex((piece) => piece.side === side && piece.kind === kind && piece.layer === layer)] ?? null;
  const sideParameters = (side: Side): SideParameters => ({
    layers: towers[side].layers.map((_, layer) => {
      const gain = find(side, 'gain', layer) as tf.Tensor1D | null;
      return {
        kernel: find(side, 'kernel', layer) as tf.Tensor2D,
        bias: find(side, 'bias', layer) as tf.Tensor1D,
        norm: gain === null ? null : { gain, offset: find(side, 'offset', layer) as tf.Tensor1D },
      };
    }),
    ids: find(side, 'ids') as tf.Tensor2D | null,
    history: find(side, 'history') as tf.Tensor2D | null,
  });
  return {
    user: sideParameters('user'),
    item: sideParameters('item'),
    logTemperature: find('user', 'log_temperature') as tf.Tensor1D | null,
  };
};

/** The trained temperature's logarithm; null where the temperature is not trained. */
export const logTemperatureIn = ({ pieces }: Architecture, flat: Float32Array): number | null =>
  pieces.at(-1)?.kind === 'log_temperature' ? (flat.at(-1) ?? null) : null;
