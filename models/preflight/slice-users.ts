/** A dataset of some of the users: checks that rank whole catalogues stay cheap whatever the number of users. */
import type { IdRows, LoadedDataset, PairArrays, SampleArrays } from '../../contracts/dataset.ts';
import { elementAt } from '../../contracts/element-at.ts';
import { gatherFloats, gatherIntegers } from '../numerics/gather.ts';
import type { JudgedUser } from './judged-users.ts';

/** At most `count` of the values, evenly spaced. */
export const pickEvenly = (values: readonly number[], count: number): readonly number[] =>
  values.length <= count
    ? values
    : Array.from({ length: count }, (_, index) => elementAt(values, Math.floor((index * values.length) / count)));

/** Rows of users that have a place, and those places. */
const placedRows = (
  userIndex: Int32Array,
  place: Int32Array,
): { readonly rows: Int32Array; readonly users: Int32Array } => {
  const places = gatherIntegers(place, userIndex);
  const rows = Int32Array.from(places.keys()).filter((row) => elementAt(places, row) >= 0);
  return { rows, users: gatherIntegers(places, rows) };
};

const slicePairs = ({ userIndex, itemIndex, gain }: PairArrays, place: Int32Array): PairArrays => {
  const { rows, users } = placedRows(userIndex, place);
  return { userIndex: users, itemIndex: gatherIntegers(itemIndex, rows), gain: gatherFloats(gain, rows) };
};

const sliceSamples = ({ userIndex, itemIndex, label, weight }: SampleArrays, place: Int32Array): SampleArrays => {
  const { rows, users } = placedRows(userIndex, place);
  return {
    userIndex: users,
    itemIndex: gatherIntegers(itemIndex, rows),
    label: gatherFloats(label, rows),
    weight: gatherFloats(weight, rows),
  };
};

const sliceIds = (ids: IdRows | null, users: readonly number[]): IdRows | null =>
  ids === null ? null : { size: ids.size, rows: gatherIntegers(ids.rows, Int32Array.from(users)) };

/** @param users ascending and distinct */
export const sliceUsers = (dataset: LoadedDataset, users: readonly number[]): LoadedDataset => {
  const { pairs, samples, userFeatures, userIds, ids, summary } = dataset;
  const place = new Int32Array(userIds.length).fill(-1);
  for (const [index, user] of users.entries()) {
    place[user] = index;
  }
  const width = summary.feature_dims.user;
  const features = new Float32Array(users.length * width);
  for (const [index, user] of users.entries()) {
    features.set(userFeatures.subarray(user * width, (user + 1) * width), index * width);
  }
  return {
    ...dataset,
    summary: { ...summary, users: users.length },
    userIds: users.map((user) => elementAt(userIds, user)),
    userFeatures: features,
    ids: { user: sliceIds(ids.user, users), item: ids.item },
    samples: {
      train: sliceSamples(samples.train, place),
      validation: sliceSamples(samples.validation, place),
      test: sliceSamples(samples.test, place),
    },
    pairs: {
      train: slicePairs(pairs.train, place),
      validation: slicePairs(pairs.validation, place),
      test: slicePairs(pairs.test, place),
    },
    affinities: null,
  };
};

const MOST_SCORES = 2_000_000;
/** Ranks are found by comparing each judged pair with each item. */
const MOST_COMPARISONS = 10_000_000;
const LEAST_USERS = 64;
const LEAST_JUDGED = 32;
const MOST_USERS = 1000;

/** How many users may rank the catalogue. */
export const affordableUsers = ({ itemIds }: LoadedDataset): number =>
  Math.max(LEAST_USERS, Math.min(MOST_USERS, Math.floor(MOST_SCORES / Math.max(1, itemIds.length))));

/** Those of the judged users, evenly spaced, whose rankings can be judged in well under a second; ascending. */
export const affordableJudged = (dataset: LoadedDataset, judged: readonly JudgedUser[]): readonly number[] => {
  const places = pickEvenly([...judged.keys()], affordableUsers(dataset));
  const pairs = places.reduce((sum, place) => sum + elementAt(judged, place).wanted.length, 0);
  const share = MOST_COMPARISONS / Math.max(1, pairs * dataset.itemIds.length);
  const count = share >= 1 ? places.length : Math.max(LEAST_JUDGED, Math.floor(places.length * share));
  return pickEvenly(places, count).map((place) => elementAt(judged, place).user);
};
