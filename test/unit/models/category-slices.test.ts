import { describe, expect, it } from 'vitest';
import type { CategoryFeature } from '../../../contracts/dataset.ts';
import { measureRanking } from '../../../models/evaluation/ranking.ts';
import { collectCategorySlices } from '../../../models/reports/category-slices.ts';

/** @param of values of each entity */
const featureOf = (side: 'user' | 'item', names: readonly string[], of: readonly number[][]): CategoryFeature => ({
  side,
  feature: 'kind',
  names,
  starts: Int32Array.from([0, ...of.map((_, index) => of.slice(0, index + 1).flat().length)]),
  values: Int32Array.from(of.flat()),
});

interface Given {
  readonly user: number;
  readonly items: readonly number[];
  readonly ranks: readonly number[];
  readonly gains: readonly number[];
}

const collect = (features: readonly CategoryFeature[], users: readonly Given[], watch: readonly string[] = []) => {
  const collected = collectCategorySlices(features, watch);
  for (const { user, items, ranks, gains } of users) {
    const ranked = { ranks, gains, relevanceThreshold: 0.4 };
    collected.add({ user, wanted: { items, gains }, ranked, ranking: measureRanking(ranked) });
  }
  return collected;
};

const slicesOf = (...given: Parameters<typeof collect>) => collect(...given).slices();

describe('models/category-slices', () => {
  it('the mean of a user value goes over the users that have it, the largest first', () => {
    const feature = featureOf('user', ['(other)', 'web', 'ml'], [[1], [2], [1, 2], [1]]);
    // One relevant item each: at rank 1 NDCG is 1, at rank 3 it is 1 / log2(4) = 1/2, beyond ten 0.
    const at = (user: number, rank: number): Given => ({ user, items: [0], ranks: [rank], gains: [1] });
    const slices = slicesOf([feature], [at(0, 1), at(1, 3), at(2, 3), at(3, 11)]);
    expect(slices.map(({ side, feature: name, value, users }) => [side, name, value, users])).toEqual([
      ['user', 'kind', 'web', 3],
      ['user', 'kind', 'ml', 2],
    ]);
    expect(slices.map(({ ndcg_at_10 }) => ndcg_at_10)).toEqual([0.5, 0.5]);
    expect(slices.map(({ hit_rate_at_10 }) => hit_rate_at_10)).toEqual([2 / 3, 1]);
  });

  it('of an item value only its items count, at their rank among all', () => {
    const feature = featureOf('item', ['(other)', 'health', 'games'], [[1], [2], [1, 2], []]);
    const [games, health] = slicesOf(
      [feature],
      [
        { user: 0, items: [0, 1], ranks: [3, 1], gains: [1, 1] },
        // Below the threshold nothing is relevant, and the user enters no mean of the value.
        { user: 1, items: [0, 2, 3], ranks: [1, 7, 2], gains: [0.2, 0.1, 1] },
        { user: 2, items: [1], ranks: [11], gains: [1] },
      ],
    );
    expect(games).toMatchObject({ side: 'item', value: 'games', users: 2, ndcg_at_10: 0.5, recall_at_10: 0.5 });
    expect(health).toMatchObject({ side: 'item', value: 'health', users: 1, ndcg_at_10: 0.5, map: 1 / 3 });
  });

  it('a slice that is watched is told user by user, at their places, and one that nobody is in without a user', () => {
    const [users, items] = [
      featureOf('user', ['(other)', 'web'], [[1], [0], [1]]),
      featureOf('item', ['(other)', 'web'], [[1], [0]]),
    ];
    const at = (user: number, ranks: number[]): Given => ({ user, items: [0, 1], ranks, gains: [1, 1] });
    const watch = ['user.kind=web', 'item.kind=web', 'user.kind=ml'];
    const watched = collect([users, items], [at(0, [1, 2]), at(1, [3, 1]), at(2, [12, 11])], watch).watched();
    expect(watched).toEqual({
      'user.kind=web': { places: [0, 2], ndcg: [1, 0] },
      // Only item 0 counts: at rank 3 its NDCG is 1 / log2(4).
      'item.kind=web': { places: [0, 1, 2], ndcg: [1, 0.5, 0] },
      'user.kind=ml': { places: [], ndcg: [] },
    });
  });

  it('a feature of many values tells its ten largest', () => {
    const names = Array.from({ length: 15 }, (_, value) => `v${value}`);
    const feature = featureOf('user', names, [names.map((_, value) => value), [14]]);
    const slices = slicesOf(
      [feature],
      [0, 1].map((user) => ({ user, items: [0], ranks: [1], gains: [1] })),
    );
    expect(slices).toHaveLength(10);
    expect(slices[0]).toMatchObject({ value: 'v14', users: 2 });
  });
});
