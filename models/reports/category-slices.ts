/** Metrics by the values of categorical features: for users of a value, and for the relevant items of a value. */
import type { CategoryFeature } from '../../contracts/dataset.ts';
import { elementAt } from '../../contracts/element-at.ts';
import type { CategorySlice, RankingMetrics } from '../../contracts/metrics.ts';
import type { JudgedUser } from '../evaluation/evaluate-scorer.ts';
import { measureRanking, type RankedItems, type UserRanking } from '../evaluation/ranking.ts';

/** Slices of one feature that are told: the largest, as a feature may have thousands of values. */
const MOST_SLICES_PER_FEATURE = 10;

/** Who enters the means of the whole evaluation, and why. */
export type SlicedUser = Pick<JudgedUser, 'user' | 'ranking' | 'ranked' | 'wanted'>;

/** A slice user by user. */
export interface WatchedSlice {
  /** Places of its users among all that were added, ascending. */
  readonly places: readonly number[];
  readonly ndcg: readonly number[];
}

export interface CategorySlices {
  add(user: SlicedUser): void;
  /** By feature, the slices with most users first. */
  slices(): readonly CategorySlice[];
  /** Those that were asked for, by name; without a user where no feature has such a value. */
  watched(): Readonly<Record<string, WatchedSlice>>;
}

const NO_SUMS: RankingMetrics = {
  ndcg_at_10: 0,
  precision_at_10: 0,
  recall_at_10: 0,
  f1_at_10: 0,
  hit_rate_at_10: 0,
  map: 0,
};

const combine = (sums: RankingMetrics, ranking: UserRanking): RankingMetrics => ({
  ndcg_at_10: sums.ndcg_at_10 + ranking.ndcg,
  precision_at_10: sums.precision_at_10 + ranking.precision,
  recall_at_10: sums.recall_at_10 + ranking.recall,
  f1_at_10: sums.f1_at_10 + ranking.f1,
  hit_rate_at_10: sums.hit_rate_at_10 + ranking.hit,
  map: sums.map + ranking.averagePrecision,
});

const divided = (sums: RankingMetrics, by: number): RankingMetrics => ({
  ndcg_at_10: sums.ndcg_at_10 / by,
  precision_at_10: sums.precision_at_10 / by,
  recall_at_10: sums.recall_at_10 / by,
  f1_at_10: sums.f1_at_10 / by,
  hit_rate_at_10: sums.hit_rate_at_10 / by,
  map: sums.map / by,
});

const valuesOf = ({ starts, values }: CategoryFeature, entity: number): Int32Array =>
  values.subarray(starts[entity], starts[entity + 1]);

/** The same ranking as if only the items at these places had a gain; null where none of them is relevant. */
const rankingOfSome = ({ ranks, gains, relevanceThreshold }: RankedItems, places: readonly number[]) => {
  const kept = places.map((place) => elementAt(gains, place));
  return kept.some((gain) => gain >= relevanceThreshold)
    ? measureRanking({ ranks: places.map((place) => elementAt(ranks, place)), gains: kept, relevanceThreshold })
    : null;
};

/** By value: places of the items that have it. */
const placesByValue = (feature: CategoryFeature, items: readonly number[]): Map<number, number[]> => {
  const places = new Map<number, number[]>();
  for (const [place, item] of items.entries()) {
    for (const value of valuesOf(feature, item)) {
      const found = places.get(value);
      if (found === undefined) {
        places.set(value, [place]);
      } else {
        found.push(place);
      }
    }
  }
  return places;
};

/** @param watch names of slices that are told user by user: `user.feature=value` or `item.feature=value` */
export const collectCategorySlices = (
  features: readonly CategoryFeature[],
  watch: readonly string[] = [],
): CategorySlices => {
  const watched = new Map(watch.map((name) => [name, { places: [] as number[], ndcg: [] as number[] }]));
  const collected = features.map(({ side, feature, names }) =>
    names.map((value) => ({ users: 0, sums: NO_SUMS, watched: watched.get(`${side}.${feature}=${value}`) })),
  );
  let added = 0;
  const addTo = (feature: number, value: number, ranking: UserRanking): void => {
    const slice = collected[feature]?.[value];
    if (slice !== undefined) {
      slice.users += 1;
      slice.sums = combine(slice.sums, ranking);
      slice.watched?.places.push(added);
      slice.watched?.ndcg.push(ranking.ndcg);
    }
  };
  return {
    add: ({ user, ranking, wanted: { items }, ranked }) => {
      for (const [index, feature] of features.entries()) {
        if (feature.side === 'user') {
          for (const value of valuesOf(feature, user)) {
            addTo(index, value, ranking);
          }
        } else {
          for (const [value, places] of placesByValue(feature, items)) {
            const ofValue = rankingOfSome(ranked, places);
            if (ofValue !== null) {
              addTo(index, value, ofValue);
            }
          }
        }
      }
      added += 1;
    },
    watched: () => Object.fromEntries(watched),
    slices: () =>
      features.flatMap(({ side, feature, names }, index) =>
        elementAt(collected, index)
          .map(({ users, sums }, value) => ({
            side,
            feature,
            value: elementAt(names, value),
            users,
            ...divided(sums, users),
          }))
          .filter(({ users }) => users > 0)
          .sort((a, b) => b.users - a.users)
          .slice(0, MOST_SLICES_PER_FEATURE),
      ),
  };
};
