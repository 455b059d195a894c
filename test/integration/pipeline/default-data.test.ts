import { beforeAll, describe, expect, it } from 'vitest';
import type { LoadedDataset } from '../../../contracts/dataset.ts';
import { describePlan, openDataset } from '../../../pipeline/index.ts';
import { builderIn, dataSettings } from '../../support/data-requests.ts';
import { withFolder } from '../../support/make-folder.ts';
import { meanNdcgAt10 } from '../../support/plain-ndcg.ts';

/** Percent of the samples that DESIGN section 7 wants for each label, within 1.5 points. */
const SHARES = { '1.0': 15, '0.9': 7.5, '0.8': 10, '0.6': 17.5, '0.4': 35, '0.0': 15 };

const load = (seed: number): Promise<LoadedDataset> =>
  withFolder(async (folder) => {
    const builder = builderIn(folder);
    const { version } = await builder.encode({ data: dataSettings({ seed }), seed: 7 });
    return openDataset((await builder.findLocal(version)) ?? '');
  });

const dot = (
  left: Float32Array,
  leftRow: number,
  right: Float32Array,
  rightRow: number,
  sizes: readonly [number, number, number],
) => {
  const [leftWidth, rightWidth, count] = sizes;
  let sum = 0;
  for (let column = 0; column < count; column += 1) {
    sum += (left[leftRow * leftWidth + column] ?? 0) * (right[rightRow * rightWidth + column] ?? 0);
  }
  return sum;
};

describe.each([7, 1, 2, 3])('pipeline/default data, seed %i', (seed) => {
  let dataset: LoadedDataset;
  beforeAll(async () => {
    dataset = await load(seed);
  });
  it('has 15,000 to 20,000 samples in parts of 70, 15 and 15 %', () => {
    const { samples, splits } = dataset.summary;
    expect(samples).toBeGreaterThanOrEqual(15_000);
    expect(samples).toBeLessThanOrEqual(20_000);
    const planned = describePlan(dataSettings({ seed })).size?.samples ?? { low: Number.NaN, high: Number.NaN };
    expect(samples).toBeGreaterThanOrEqual(planned.low);
    expect(samples).toBeLessThanOrEqual(planned.high);
    expect(splits.train + splits.validation + splits.test).toBe(samples);
    expect(Math.abs(splits.train / samples - 0.7)).toBeLessThan(0.005);
    expect(Math.abs(splits.validation / samples - 0.15)).toBeLessThan(0.005);
    expect(Math.abs(splits.test / samples - 0.15)).toBeLessThan(0.005);
  });

  it('has the expected share of every label', () => {
    const { samples, label_distribution } = dataset.summary;
    expect(Object.keys(label_distribution).sort()).toEqual(Object.keys(SHARES).sort());
    for (const [label, percent] of Object.entries(SHARES)) {
      expect(Math.abs((100 * (label_distribution[label] ?? 0)) / samples - percent), label).toBeLessThan(1.5);
    }
  });

  it('has features 512 and 468 wide and embeddings for over 95 %, but not for all', () => {
    const { feature_dims, embedding_coverage, users, items } = dataset.summary;
    expect(feature_dims).toEqual({ user: 512, item: 468 });
    expect([users, items]).toEqual([350, 250]);
    expect(dataset.userFeatures).toHaveLength(350 * 512);
    expect(dataset.itemFeatures).toHaveLength(250 * 468);
    expect(embedding_coverage).toBeGreaterThan(0.95);
    expect(embedding_coverage).toBeLessThan(1);
    expect([...dataset.userFeatures, ...dataset.itemFeatures].every(Number.isFinite)).toBe(true);
  });

  it('leaves room between the oracle and what needs no learning', () => {
    const { affinities, userFeatures, itemFeatures, textDim, itemIds } = dataset;
    const { feature_dims } = dataset.summary;
    const dim = affinities?.dim ?? 0;
    const users = affinities?.userFactors ?? new Float32Array();
    const items = affinities?.itemFactors ?? new Float32Array();
    const popularity = new Float64Array(itemIds.length);
    dataset.pairs.train.itemIndex.forEach((item) => {
      popularity[item] = (popularity[item] ?? 0) + 1;
    });
    const oracle = meanNdcgAt10(dataset, (user, item) => dot(users, user, items, item, [dim, dim, dim]));
    const popular = meanNdcgAt10(dataset, (_, item) => popularity[item] ?? 0);
    const text = meanNdcgAt10(dataset, (user, item) =>
      dot(userFeatures, user, itemFeatures, item, [feature_dims.user, feature_dims.item, textDim.user]),
    );
    // An order that has nothing to do with the data.
    const random = meanNdcgAt10(dataset, (user, item) => (user * 7919 + item * 104_729) % 10_007);
    expect(oracle).toBeGreaterThan(0.55);
    expect(oracle).toBeLessThan(0.75);
    expect(popular).toBeLessThan(0.15);
    expect(text).toBeLessThan(0.35);
    expect(text).toBeGreaterThan(popular);
    expect(random).toBeLessThan(0.08);
  });
});
