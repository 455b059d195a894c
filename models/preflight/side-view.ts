/** Users and items in one form, so that a leak is looked for on both sides by the same code. */
import { type LoadedDataset, SPLIT_NAMES, type SplitName } from '../../contracts/dataset.ts';
import { addAt, missing } from '../../contracts/element-at.ts';

export interface SideView {
  readonly side: 'user' | 'item';
  readonly count: number;
  /** Entities of the other side. */
  readonly others: number;
  /** [count, width] row-major */
  readonly features: Float32Array;
  readonly width: number;
  /** Columns before it are a text embedding. */
  readonly textDim: number;
  /** Index of this side and of the other one, and gain, of each pair. */
  readonly pairs: Readonly<Record<SplitName, SidePairs>>;
}

export interface SidePairs {
  readonly own: Int32Array;
  readonly other: Int32Array;
  readonly gain: Float32Array;
}

export const sideViews = (dataset: LoadedDataset): readonly SideView[] => {
  const { userIds, itemIds, userFeatures, itemFeatures, summary, textDim, pairs } = dataset;
  const pairsOf = (side: SideView['side']): SideView['pairs'] => {
    const of = (part: SplitName): SidePairs => {
      const { userIndex, itemIndex, gain } = pairs[part];
      return side === 'user' ? { own: userIndex, other: itemIndex, gain } : { own: itemIndex, other: userIndex, gain };
    };
    return { train: of('train'), validation: of('validation'), test: of('test') };
  };
  return [
    {
      side: 'user',
      count: userIds.length,
      others: itemIds.length,
      features: userFeatures,
      width: summary.feature_dims.user,
      textDim: textDim.user,
      pairs: pairsOf('user'),
    },
    {
      side: 'item',
      count: itemIds.length,
      others: userIds.length,
      features: itemFeatures,
      width: summary.feature_dims.item,
      textDim: textDim.item,
      pairs: pairsOf('item'),
    },
  ];
};

/** Pairs of each entity in each part, and their summed gain. */
export const totalsOf = (view: SideView): Readonly<Record<'pairs' | 'gain', Record<SplitName, Float64Array>>> => {
  const empty = (): Record<SplitName, Float64Array> => ({
    train: new Float64Array(view.count),
    validation: new Float64Array(view.count),
    test: new Float64Array(view.count),
  });
  const totals = { pairs: empty(), gain: empty() };
  for (const part of SPLIT_NAMES) {
    const { own, gain } = view.pairs[part];
    for (const [row, entity] of own.entries()) {
      addAt(totals.pairs[part], entity, 1);
      addAt(totals.gain[part], entity, gain[row] ?? missing(gain, row));
    }
  }
  return totals;
};
