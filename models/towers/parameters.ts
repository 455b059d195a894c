/** The flat parameter vector as the tensors that the towers compute with. */
import * as tf from '@tensorflow/tfjs-core';
import { type Architecture, isOfLayer, type Side } from './architecture.ts';
import type { LayerParameters } from './tower.ts';

/**
 * @param flat layers, then the trained temperature's logarithm where there is one
 * @returns layers: [layerParameterCount], null for a model without any; logTemperature: [1], null where it is not trained
 */
export const splitFlat = (
  flat: tf.Tensor1D,
  { pieces, layerParameterCount }: Architecture,
): { readonly layers: tf.Tensor1D | null; readonly logTemperature: tf.Tensor1D | null } => {
  if (pieces.at(-1)?.kind !== 'log_temperature') {
    return { layers: flat, logTemperature: null };
  }
  if (layerParameterCount === 0) {
    return { layers: null, logTemperature: flat };
  }
  const [layers, logTemperature] = tf.split(flat, [layerParameterCount, 1]) as [tf.Tensor1D, tf.Tensor1D];
  return { layers, logTemperature };
};

/** @param layers as `splitFlat` gives them */
export const splitLayers = (
  layers: tf.Tensor1D | null,
  { pieces, pieceSizes, ...towers }: Architecture,
): Readonly<Record<Side, readonly LayerParameters[]>> => {
  const ofLayers = pieces.filter(isOfLayer);
  const tensors =
    layers === null || ofLayers.length === 0 ? [] : tf.split(layers, pieceSizes.slice(0, ofLayers.length));
  const find = (side: Side, kind: string, layer: number): tf.Tensor | null => {
    const place = ofLayers.findIndex((piece) => piece.side === side && piece.kind === kind && piece.layer === layer);
    const [tensor, piece] = [tensors[place], ofLayers[place]];
    return tensor === undefined || piece === undefined ? null : tf.reshape(tensor, [...piece.shape]);
  };
  const ofSide = (side: Side): readonly LayerParameters[] =>
    towers[side].layers.map((_, layer) => {
      const gain = find(side, 'gain', layer) as tf.Tensor1D | null;
      return {
        kernel: find(side, 'kernel', layer) as tf.Tensor2D,
        bias: find(side, 'bias', layer) as tf.Tensor1D,
        norm: gain === null ? null : { gain, offset: find(side, 'offset', layer) as tf.Tensor1D },
      };
    });
  return { user: ofSide('user'), item: ofSide('item') };
};

/** The trained temperature's logarithm; null where the temperature is not trained. */
export const logTemperatureIn = ({ pieces }: Architecture, flat: Float32Array): number | null =>
  pieces.at(-1)?.kind === 'log_temperature' ? (flat.at(-1) ?? null) : null;
