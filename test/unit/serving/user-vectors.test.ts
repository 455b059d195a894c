/** Users whom training has seen, in a bundle of a model that knows users by what they like. */
import { expect, it } from 'vitest';
import type { Overlay, OverlayEvent, RecommendRequest } from '../../../contracts/recommendation.ts';
import { loadBundle } from '../../../registry/bundle/load-bundle.ts';
import { createBundleRecommender } from '../../../serving/recommender.ts';
import { writeSmallBundle } from '../../support/small-bundle.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** i0 is (4, 0), i1 (0, 3), gone (0, -8); the model knows no other item. */
const TABLE = { ids: ['i0', 'i1', 'gone'], values: [0, 0, 4, 0, 0, 3, 0, -8] };
/** Of hot, who liked i0 in training: (-3, 0) + (4, 0) = (1, 0). The others have no history that the model knows. */
const WITHOUT_HISTORY = Float32Array.of(-3, 0, 0, 1, 0, 0, 0.6, 0.8);

const openBundle = async (usersWithoutHistory: Float32Array | null = WITHOUT_HISTORY) => {
  const { folder } = await writeSmallBundle(await temporaryFolder(), {
    content: { usersWithoutHistory },
    historyTable: TABLE,
  });
  return loadBundle(folder);
};

const overlay = (since: Readonly<Record<string, readonly OverlayEvent[]>>): Overlay => ({
  events: (userId) => since[userId] ?? [],
  seen: (userId) => (since[userId] ?? []).map(({ item_id }) => item_id),
  interactions: (userId) => since[userId]?.length ?? 0,
  metBy: () => [],
});

const like = (item_id: string, type = 'like'): OverlayEvent => ({ item_id, type });

const HEEDED = 'the request names the engine; their vector heeds what they have liked since';

const listOf = async (
  userId: string,
  events: readonly OverlayEvent[],
  { seen, usersWithoutHistory }: Pick<RecommendRequest, 'seen'> & { usersWithoutHistory?: null } = {},
) => {
  const recommender = await createBundleRecommender(await openBundle(usersWithoutHistory), {
    overlay: overlay({ [userId]: events }),
  });
  const { item_ids, scores, reason, fallback } = recommender.recommend({
    ...{ userId, limit: 10, filters: {}, preferences: {}, exclude: [], engine: 'two_tower' },
    ...(seen === undefined ? {} : { seen }),
  });
  return { reason, fallback, scores: Object.fromEntries(item_ids.map((id, place) => [id, scores[place]])) };
};

const near = (scores: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(scores).map(([id, score]) => [id, expect.closeTo(score, 5)]));

it('follow what they like', async () => {
  // (-3, 0) + ((4, 0) + (0, 3)) / √2 = (a, b); i2 is met.
  const [a, b] = [-3 + 4 / Math.SQRT2, 3 / Math.SQRT2];
  const followed = await listOf('hot', [like('i1')]);
  expect(followed).toEqual({
    ...{ reason: HEEDED, fallback: null },
    scores: near({ i3: a + b, i4: 2 * a + b, i5: -a - b }),
  });
  expect((await listOf('hot', [])).scores).toEqual({ i1: 2, i4: 2, i3: 1, i5: -1 });
});

it('follow a like of an item that the bundle has not, and the model has', async () => {
  // (0, 1) + (0, -8); i1 is met.
  expect((await listOf('warm', [like('gone')])).scores).toEqual({ i0: 0, i2: -21, i3: -7, i4: -7, i5: 7 });
});

it('follow a like that they take back, to nothing where nothing else is known of them', async () => {
  expect((await listOf('hot', [like('i0', 'dislike')])).scores).toEqual({ i1: -6, i3: -3, i4: -6, i5: 3 });
  expect((await listOf('blank', [like('i1')])).scores).toEqual({ i0: 0, i2: 9, i4: 3, i5: -3 });
  const { fallback } = await listOf('blank', [like('i1'), like('i1', 'dislike')]);
  expect(fallback).toBe("two_tower: the user's vector is zero: the model knows nothing of them");
});

it.each([
  ['what they liked in training', [like('i0')]],
  ['a like of an item that the model does not know', [like('i5')]],
  ['a type that the labels do not have', [like('i1', 'glance')]],
  ['a like that was taken back', [like('i1'), like('i1', 'dislike')]],
])('keep the vector of the bundle after %s', async (_, events) => {
  const { reason, scores } = await listOf('hot', events);
  expect(reason).toBe('the request names the engine');
  expect(scores).toMatchObject({ i4: 2, i3: 1 });
});

it('keep it where an offline evaluation is repeated', async () => {
  const { reason, scores } = await listOf('hot', [like('i1')], { seen: 'before_test' });
  expect(reason).toBe('the request names the engine');
  expect(scores).toEqual({ i1: 2, i4: 2, i3: 1, i2: 0, i5: -1 });
});

it('keep it in a bundle that was built before they could follow', async () => {
  const { reason, scores } = await listOf('hot', [like('i1')], { usersWithoutHistory: null });
  expect(reason).toBe('the request names the engine');
  expect(scores).toEqual({ i4: 2, i3: 1, i5: -1 });
});

it('have the length of the others in a model that scales its vectors', async () => {
  const { folder } = await writeSmallBundle(await temporaryFolder(), {
    facts: { is_normalised: true },
    content: { usersWithoutHistory: WITHOUT_HISTORY },
    historyTable: TABLE,
  });
  const { userHistories } = await loadBundle(folder);
  // (0, 1) + (4, 0) = (4, 1) of length √17.
  const [x, y] = userHistories?.vectorOf(1, ['i0', 'i0', 'i5']) ?? [];
  expect([x, y]).toEqual([expect.closeTo(4 / Math.sqrt(17), 6), expect.closeTo(1 / Math.sqrt(17), 6)]);
});

it('are refused where the parts of their vectors are not those of the judged ones', async () => {
  const shifted = Float32Array.of(...WITHOUT_HISTORY.subarray(2), ...WITHOUT_HISTORY.subarray(0, 2));
  await expect(openBundle(shifted)).rejects.toMatchObject({
    code: 'MODEL_INCOMPATIBLE',
    message: expect.stringContaining(
      'users_without_history.f32: user "hot" and what they like do not give their vector',
    ),
  });
  await expect(openBundle(WITHOUT_HISTORY.subarray(2))).rejects.toMatchObject({ code: 'MODEL_NOT_LOADING' });
});
