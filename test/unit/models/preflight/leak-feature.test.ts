import { describe, expect, it } from 'vitest';
import { createGenerator, toUnit } from '../../../../models/numerics/prng.ts';
import { leakFeature } from '../../../../models/preflight/leak-feature.ts';
import { countsOf, preflightInput, toyOf, usersOf, withColumn } from '../../../support/preflight-input.ts';
import { createToyDataset } from '../../../support/toy-dataset.ts';

const toy = toyOf();
const check = (dataset: typeof toy) => leakFeature.check(preflightInput(dataset));

/** As the encoder writes a number: logarithm, standardised, cut, scaled. */
const encoded = (counts: Float64Array) => (item: number) =>
  Math.max(-4, Math.min(4, (Math.log1p(counts[item] ?? 0) - 1.2) / 0.7)) / Math.sqrt(3);

const favourite = countsOf(toy, ['validation', 'test']).reduce(
  (best, count, item, counts) => (count > (counts[best] ?? 0) ? item : best),
  0,
);

describe('models/preflight/leak-feature', () => {
  it('passes for features that show tastes, whatever the seed', async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      expect(await check(toyOf(seed))).toMatchObject({ isPassed: true });
    }
  });

  it.each([[['test']], [['validation']], [['validation', 'test']], [['train', 'validation', 'test']]] as const)(
    'fires for an item column with the popularity in %j',
    async (parts) => {
      const verdict = await check(withColumn(toy, 'item', encoded(countsOf(toy, parts))));
      expect(verdict.isPassed).toBe(false);
      expect(verdict.got).toContain(`item feature column 8 orders items like their pairs in ${parts.join(' and ')}`);
    },
  );

  it('fires for an item column with the summed gain of the test part', async () => {
    const gains = new Float64Array(toy.itemIds.length);
    for (const [row, item] of toy.pairs.test.itemIndex.entries()) {
      gains[item] = (gains[item] ?? 0) + (toy.pairs.test.gain[row] ?? 0);
    }
    const verdict = await check(withColumn(toy, 'item', (item) => -(gains[item] ?? 0)));
    expect(verdict.got).toContain(
      'item feature column 8 orders items like their gain in test (rank correlation 1.000)',
    );
  });

  it('passes for the popularity of training, and for a noisy quality of items', async () => {
    expect(await check(withColumn(toy, 'item', encoded(countsOf(toy, ['train']))))).toMatchObject({ isPassed: true });
    const next = createGenerator(11);
    const all = countsOf(toy, ['train', 'validation', 'test']);
    const noisy = all.map((count) => count * (0.6 + 0.8 * toUnit(next())));
    expect(await check(withColumn(toy, 'item', encoded(noisy)))).toMatchObject({ isPassed: true });
  });

  it.each([[['test']], [['validation', 'test']], [['train', 'validation', 'test']]] as const)(
    'fires for users marked by an item that they meet in %j',
    async (parts) => {
      const { data, item } = manyUsers;
      const members = usersOf(data, item, parts);
      const verdict = await check(withColumn(data, 'user', (user) => (members.has(user) ? 0.3 : 0)));
      expect(verdict.isPassed).toBe(false);
      expect(verdict.got).toContain(`user feature column 8 is set for those who meet item ${data.itemIds[item]}`);
    },
  );

  it('fires for items marked by a user who meets them', async () => {
    const { data, item } = manyUsers;
    const turned = {
      ...data,
      userIds: data.itemIds,
      itemIds: data.userIds,
      userFeatures: data.itemFeatures,
      itemFeatures: data.userFeatures,
      pairs: {
        train: turn(data.pairs.train),
        validation: turn(data.pairs.validation),
        test: turn(data.pairs.test),
      },
    };
    const members = usersOf(data, item, ['test']);
    const verdict = await check(withColumn(turned, 'item', (entity) => (members.has(entity) ? 1 : 0)));
    expect(verdict.got).toContain(`item feature column 8 is set for those who meet user ${data.itemIds[item]}`);
  });

  it('passes for a list of what happened in training', async () => {
    const members = usersOf(toy, favourite, ['train']);
    expect(await check(withColumn(toy, 'user', (user) => (members.has(user) ? 1 : 0)))).toMatchObject({
      isPassed: true,
    });
  });
});

const turn = ({ userIndex, itemIndex, gain }: (typeof toy)['pairs']['train']) => ({
  userIndex: itemIndex,
  itemIndex: userIndex,
  gain,
});

/** Enough users for ten test pairs of one item. */
const manyUsers = (() => {
  const data = createToyDataset({ users: 400, items: 40, pairsPerUser: 12, seed: 9 });
  const counts = countsOf(data, ['test']);
  const item = counts.reduce((best, count, index) => (count > (counts[best] ?? 0) ? index : best), 0);
  return { data, item };
})();
