/** The flat parameter vector as the tensors that the towers compute with. */
import * as tf from '@tensorflow/tfjs-core';
import { type Architecture, isOfLayer, type Side } from './architecture.ts';
import type { LayerParameters } from './tower.ts';

/** What is learned beside the towers' layers. */
export interface Tables {
  /** [idRows, embedding_dim] */
  readonly ids: Readonly<Record<Side, tf.Tensor2D | null>>;
  /** [historyRows, embedding_dim] */
  readonly history: tf.Tensor2D | null;
  /** [1]; null where the temperature is not trained. */
  readonly logTemperature: tf.Tensor1D | null;
}

/**
 * @param flat [parameterCount]
 * @returns layers: the part that holds the layers of both towers, [layerParameterCount]
 */
export const splitTables = (
  flat: tf.Tensor1D,
  { pieces, pieceSizes, layerParameterCount }: Architecture,
): { readonly layers: tf.Tensor1D; readonly tables: Tables } => {
  const rest = pieces.filter((piece) => !isOfLayer(piece));
  const restSizes = pieceSizes.slice(pieces.length - rest.length);
  const hasBoth = layerParameterCount > 0 && rest.length > 0;
  const tensors = hasBoth ? tf.split<tf.Tensor1D>(flat, [layerParameterCount, ...restSizes]) : [flat];
  const [layers = flat, ...split] = tensors;
  const ofTables = hasBoth || rest.length === 0 ? split : tf.split(flat, restSizes);
  const find = (side: Side, kind: string): tf.Tensor | null => {
    const place = rest.findIndex((piece) => piece.side === side && piece.kind === kind);
    const [tensor, piece] = [ofTables[place], rest[place]];
    return tensor === undefined || piece === undefined ? null : tf.reshape(tensor, [...piece.shape]);
  };
  const tables = {
    ids: { user: find('user', 'ids') as tf.Tensor2D | null, item: find('item', 'ids') as tf.Tensor2D | null },
    history: find('user', 'history') as tf.Tensor2D | null,
    logTemperature: find('user', 'log_temperature') as tf.Tensor1D | null,
  };
  return { layers, tables };
};

/** @param layers as `splitTables` gives them */
export const splitLayers = (
  layers: tf.Tensor1D,
  { pieces, pieceSizes, ...towers }: Architecture,
): Readonly<Record<Side, readonly LayerParameters[]>> => {
  const ofLayers = pieces.filter(isOfLayer);
  const tensors = ofLayers.length === 0 ? [] : tf.split(layers, pieceSizes.slice(0, ofLayers.length));
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
