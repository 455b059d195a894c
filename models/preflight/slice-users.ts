/** A dataset of some of the users: checks that rank whole catalogues stay cheap whatever the number of users. */
import type { IdRows, LoadedDataset, PairArrays, SampleArrays } from '../../contracts/dataset.ts';
import type { JudgedUser } from './judged-users.ts';

/** At most `count` of the values, evenly spaced. */
export const pickEvenly = (values: readonly number[], count: number): readonly number[] =>
  values.length <= count
    ? values
    : Array.from({ length: count }, (_, index) => values[Math.floor((index * values.length) / count)] ?? 0);

const rowsWhere = (userIndex: Int32Array, place: Int32Array): readonly number[] =>
  Array.from(userIndex.keys()).filter((row) => (place[userIndex[row] ?? 0] ?? -1) >= 0);

const floats = (from: Float32Array, rows: readonly number[]): Float32Array =>
  Float32Array.from(rows, (row) => from[row] ?? 0);

const ints = (from: Int32Array, rows: readonly number[]): Int32Array => Int32Array.from(rows, (row) => from[row] ?? 0);

const slicePairs = ({ userIndex, itemIndex, gain }: PairArrays, place: Int32Array): PairArrays => {
  const rows = rowsWhere(userIndex, place);
  const users = ints(userIndex, rows).map((user) => place[user] ?? 0);
  return { userIndex: users, itemIndex: ints(itemIndex, rows), gain: floats(gain, rows) };
};

const sliceSamples = ({ userIndex, itemIndex, label, weight }: SampleArrays, place: Int32Array): SampleArrays => {
  const rows = rowsWhere(userIndex, place);
  const users = ints(userIndex, rows).map((user) => place[user] ?? 0);
  return {
    userIndex: users,
    itemIndex: ints(itemIndex, rows),
    label: floats(label, rows),
    weight: floats(weight, rows),
  };
};

const sliceIds = (ids: IdRows | null, users: readonly number[]): IdRows | null =>
  ids === null ? null : { size: ids.size, rows: ints(ids.rows, users) };

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
    userIds: users.map((user) => userIds[user] ?? ''),
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
  const pairs = places.reduce((sum, place) => sum + (judged[place]?.wanted.length ?? 0), 0);
  const share = MOST_COMPARISONS / Math.max(1, pairs * dataset.itemIds.length);
  const count = share >= 1 ? places.length : Math.max(LEAST_JUDGED, Math.floor(places.length * share));
  return pickEvenly(places, count).flatMap((place) => judged[place]?.user ?? []);
};
