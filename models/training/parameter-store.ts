/** Parameters and moments of a model: its layers on the backend, its tables by what a step looks up in them. */
import * as tf from '@tensorflow/tfjs-core';
import { elementAt } from '../../contracts/element-at.ts';
import type { AdamWStep } from '../optimiser/adamw.ts';
import { createOptimiser } from '../optimiser/create-optimiser.ts';
import type { OptimiserVectors } from '../optimiser/optimiser.ts';
import { type Architecture, isTable } from '../towers/architecture.ts';
import { type Bags, bagCount } from '../towers/bags.ts';
import { createEmbeddingTable, type EmbeddingTable } from '../towers/embedding-table.ts';

/** For every table, in the order of the architecture; null where nothing is looked up. */
export type TableBags = readonly (Bags | null)[];

/** What a step computes with, or the gradients of it. */
export interface Parts {
  /** Layers and trained temperature, [layerParameterCount (+ 1)]; null for a model that has neither. */
  readonly flat: tf.Tensor1D | null;
  /** Sums of the bags of each table, [bags, embedding_dim]; null where nothing was looked up. */
  readonly sums: readonly (tf.Tensor2D | null)[];
}

export interface StoreStep extends AdamWStep {
  /** A gradient of all parameters longer than this is scaled down to it (Pascanu et al. 2013). 0: as it is. */
  readonly clipNorm: number;
}

export interface ParameterStore {
  /** The caller disposes the tensors, and does so before `apply`. */
  take(bags: TableBags): Parts;
  /** @param gradients of what `take` gave for the same bags; stay the caller's */
  apply(gradients: Parts, bags: TableBags, step: StoreStep): void;
  /** Copies, for a checkpoint; [parameterCount] each. */
  read(): OptimiserVectors;
  dispose(): void;
}

/** The tensors of these parts in a fixed order, and parts of such tensors. */
export const tensorsOf = ({ flat, sums }: Parts): readonly tf.Tensor[] =>
  [flat, ...sums].filter((tensor) => tensor !== null);

export const partsLike = ({ flat, sums }: Parts, tensors: readonly tf.Tensor[]): Parts => {
  const left = [...tensors];
  const next = <Kind extends tf.Tensor>(part: Kind | null): Kind | null => part && (left.shift() as Kind);
  return { flat: next(flat), sums: sums.map(next) };
};

const mapVectors = (change: (name: keyof OptimiserVectors) => Float32Array): OptimiserVectors => ({
  parameters: change('parameters'),
  firstMoment: change('firstMoment'),
  secondMoment: change('secondMoment'),
});

const joined = (parts: readonly Float32Array[]): Float32Array => {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
};

/** The tables lie between the layers and the trained temperature. */
const rangesOf = ({ pieces, pieceSizes, layerParameterCount }: Architecture) => {
  const tables: { begin: number; end: number; dim: number }[] = [];
  let end = layerParameterCount;
  for (const [index, piece] of pieces.entries()) {
    if (isTable(piece)) {
      const begin = end;
      end += elementAt(pieceSizes, index);
      tables.push({ begin, end, dim: elementAt<number>(piece.shape, 1) });
    }
  }
  return { tables, layersEnd: layerParameterCount, lastBegin: end };
};

/** min(1, limit / length of the gradient of all parameters) */
const clipScale = (flat: tf.Tensor1D | null, tables: readonly EmbeddingTable[], limit: number): tf.Scalar => {
  const ofTables = tables.reduce((sum, table) => sum + table.squaredLength(), 0);
  const squared = flat === null ? tf.scalar(ofTables) : tf.add<tf.Scalar>(tf.sum(tf.square(flat)), ofTables);
  return tf.div(limit, tf.maximum(limit, tf.sqrt(squared)));
};

/** @param vectors [parameterCount] each; stay as they are */
export const createParameterStore = (architecture: Architecture, vectors: OptimiserVectors): ParameterStore => {
  const { tables: ranges, layersEnd, lastBegin } = rangesOf(architecture);
  const rest = mapVectors((name) => joined([vectors[name].subarray(0, layersEnd), vectors[name].subarray(lastBegin)]));
  const layers = rest.parameters.length === 0 ? null : createOptimiser(rest);
  const tables = ranges.map(({ begin, end, dim }) => ({
    dim,
    ...createEmbeddingTable(
      mapVectors((name) => vectors[name].subarray(begin, end)),
      dim,
    ),
  }));

  return {
    take: (bags) => ({
      flat: layers?.parameters() ?? null,
      sums: tables.map(({ sums, dim }, index) => {
        const looked = bags[index] ?? null;
        return looked && tf.tensor2d(sums(looked), [bagCount(looked), dim]);
      }),
    }),
    apply: ({ flat, sums }, bags, { clipNorm, ...step }) => {
      const used = tables.filter((table, index) => {
        const [ofSums, looked] = [sums[index] ?? null, bags[index] ?? null];
        if (ofSums === null || looked === null) {
          return false;
        }
        table.gather(ofSums.dataSync<'float32'>(), looked);
        return true;
      });
      const clip = clipNorm === 0 ? null : tf.tidy(() => clipScale(flat, used, clipNorm));
      const scale = clip === null || used.length === 0 ? 1 : elementAt(clip.dataSync(), 0);
      for (const table of used) {
        table.apply(scale, step);
      }
      if (layers !== null && flat !== null) {
        const clipped: tf.Tensor1D = clip === null ? tf.clone(flat) : tf.mul(flat, clip);
        layers.apply(clipped, step);
        clipped.dispose();
      }
      clip?.dispose();
    },
    read: () => {
      const ofLayers = layers?.read() ?? rest;
      const ofTables = tables.map((table) => table.read());
      return mapVectors((name) =>
        joined([
          ofLayers[name].subarray(0, layersEnd),
          ...ofTables.map((vectors) => vectors[name]),
          ofLayers[name].subarray(layersEnd),
        ]),
      );
    },
    dispose: () => layers?.dispose(),
  };
};
