/** What the towers know of users and items, ready for the backend. */
import * as tf from '@tensorflow/tfjs-core';
import type { IdRows, LoadedDataset } from '../../contracts/dataset.ts';
import { type Histories, historiesOf } from './history.ts';

export interface SideFeatures {
  /** [entities, inputDim], owned by whoever made it; null for a side without dense features. */
  readonly dense: tf.Tensor2D | null;
  /** Row of each entity's id embedding, 0 = unknown; null where ids are no feature. */
  readonly idRows: Int32Array | null;
  /** What the entities did; null where that is no input of the tower. */
  readonly histories: Histories | null;
  readonly count: number;
}

export interface Features {
  readonly user: SideFeatures;
  readonly item: SideFeatures;
}

export const sideFeatures = (
  features: Float32Array,
  count: number,
  ids: IdRows | null,
  histories: Histories | null,
): SideFeatures => ({
  dense: features.length === 0 ? null : tf.tensor2d(features, [count, features.length / Math.max(1, count)]),
  idRows: ids?.rows ?? null,
  histories,
  count,
});

/** @param hasHistory whether the user tower takes histories; items then have ids */
export const featureTensors = (dataset: LoadedDataset, hasHistory: boolean): Features => {
  const { userFeatures, itemFeatures, userIds, itemIds, ids, pairs } = dataset;
  const histories = hasHistory && ids.item !== null ? historiesOf(pairs.train, userIds.length, ids.item) : null;
  return {
    user: sideFeatures(userFeatures, userIds.length, ids.user, histories),
    item: sideFeatures(itemFeatures, itemIds.length, ids.item, null),
  };
};

export const disposeFeatures = ({ user, item }: Features): void => {
  for (const { dense } of [user, item]) {
    dense?.dispose();
  }
};
