import { beforeAll, describe, expect, it, test } from 'vitest';
import type { Overlay, Recommender, RecommendRequest } from '../../../contracts/recommendation.ts';
import { type LoadedBundle, loadBundle } from '../../../registry/bundle/load-bundle.ts';
import type { OnlineRow, OnlineRows } from '../../../serving/additions/online-rows.ts';
import { createBundleRecommender } from '../../../serving/recommender.ts';
import { SMALL_BUNDLE, writeSmallBundle } from '../../support/small-bundle.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let bundle: LoadedBundle;
let recommender: Recommender;

beforeAll(async () => {
  const { folder } = await writeSmallBundle(await temporaryFolder());
  bundle = await loadBundle(folder);
  recommender = await createBundleRecommender(bundle);
});

const request = (userId: string, change: Partial<RecommendRequest> = {}): RecommendRequest => ({
  ...{ userId, limit: 10, filters: {}, preferences: {}, exclude: [] },
  ...change,
});
const about = (
  itemId: string,
  change: { limit?: number; filters?: Record<string, string[]>; exclude?: string[] } = {},
) => ({
  ...{ itemId, limit: 10, filters: {}, exclude: [] },
  ...change,
});

/** By user the items that they liked, or events. */
const overlay = (since: Readonly<Record<string, readonly string[]>>, type = 'like'): Overlay => ({
  events: (userId) => (since[userId] ?? []).map((item_id) => ({ item_id, type })),
  seen: (userId) => since[userId] ?? [],
  interactions: (userId) => since[userId]?.length ?? 0,
  metBy: (itemId) => Object.keys(since).filter((userId) => since[userId]?.includes(itemId)),
});

describe('whoever has met the whole catalogue', () => {
  const rest = ['i1', 'i3', 'i4', 'i5'];
  const again = 'every startup was met already, so they come again';
  let tired: Recommender;

  beforeAll(async () => {
    tired = await createBundleRecommender(bundle, { overlay: overlay({ hot: rest, new: SMALL_BUNDLE.items.ids }) });
  });

  it('gets it again, as their engine ranks it, page by page, and is told', () => {
    // Vector (1, 0): i0 scores 3, i1 and i4 2, i3 1, i2 0, i5 -1.
    const order = ['i0', 'i1', 'i4', 'i3', 'i2', 'i5'];
    const { item_ids, scores, engine, reason, fallback } = tired.recommend(request('hot'));
    expect([item_ids, scores]).toEqual([order, [3, 2, 2, 1, 0, -1]]);
    expect([engine, reason, fallback]).toEqual(['two_tower', `29 interactions, more than 20; ${again}`, null]);
    const pages = [0, 2, 4, 6].map((offset) => tired.recommend(request('hot', { limit: 2, offset })).item_ids);
    expect(pages.flat()).toEqual(order);
    expect(tired.recommend(request('hot', { exclude: ['i0', 'i4'] })).item_ids).toEqual(['i1', 'i3', 'i2', 'i5']);
    expect(tired.recommend(request('new'))).toMatchObject({
      ...{ item_ids: expect.arrayContaining([...SMALL_BUNDLE.items.ids]), reason: expect.stringContaining(again) },
    });
  });

  it('gets none again while one is left, of a filter, or with the router off', () => {
    const left = 'no startup is left that passes, was not met already, and is not excluded';
    const job = { filters: { type: ['job'] } };
    expect(tired.recommend(request('hot', job))).toMatchObject({ item_ids: [], reason: expect.stringContaining(left) });
    const all = SMALL_BUNDLE.items.ids;
    expect(tired.recommend(request('hot', { exclude: all }))).toMatchObject({
      ...{ item_ids: [], reason: expect.stringContaining(left) },
    });
    expect(recommender.recommend(request('hot', { exclude: rest }))).toMatchObject({
      ...{ item_ids: [], reason: expect.stringContaining(left) },
    });
    expect(tired.recommend(request('hot', { engine: 'two_tower' })).item_ids).toEqual([]);
    expect(tired.recommend(request('hot', { filters: { type: ['merger'] } })).reason).toBe(
      'no startup has type=merger',
    );
  });

  it('gets an item by count that the model cannot compare yet, with a word of it', async () => {
    const item: OnlineRow = { id: 'i6', fields: {}, isEncoded: false, vector: null, content: null, heedsLikes: false };
    const rows = (given: readonly OnlineRow[]): OnlineRows => ({
      ...{ revision: () => given.length, rows: () => given },
      placeOf: (id) => (given.some((one) => one.id === id) ? given.findIndex((one) => one.id === id) : undefined),
    });
    const other = await createBundleRecommender(bundle, {
      ...{ overlay: overlay({ hot: rest }), additions: { users: rows([]), items: rows([item]) } },
    });
    expect(other.recommend(request('hot'))).toMatchObject({
      ...{ item_ids: ['i6'], engine: 'popularity', reason: '29 interactions, more than 20' },
      fallback: 'two_tower: it cannot compare any startup that is left',
    });
  });
});

describe('routing', () => {
  it('ranks for a hot user by the model, without what they met', () => {
    // Vector (1, 0): i0 and i2 are met; i1 and i4 score 2, i3 1, i5 -1.
    expect(recommender.recommend(request('hot'))).toEqual({
      item_ids: ['i1', 'i4', 'i3', 'i5'],
      scores: [2, 2, 1, -1],
      engine: 'two_tower',
      model_version: '3',
      bundle: bundle.digest,
      reason: '25 interactions, more than 20',
      fallback: null,
    });
  });

  it('ranks for a warm user by the model', () => {
    // Vector (0, 1): i1 is met.
    const { item_ids, scores, engine, reason } = recommender.recommend(request('warm'));
    expect(item_ids).toEqual(['i2', 'i3', 'i4', 'i0', 'i5']);
    expect(scores).toEqual([3, 1, 1, 0, -1]);
    expect([engine, reason]).toEqual(['two_tower', '7 interactions, from 5 to 20']);
  });

  it('ranks by content where the model has no vector, and names that', () => {
    // Text (0, 1): i3 is met.
    const { item_ids, scores, engine, fallback } = recommender.recommend(request('blank'));
    expect(item_ids).toEqual(['i2', 'i1', 'i0', 'i4', 'i5']);
    expect(scores).toEqual([1, Math.fround(0.8), 0, 0, -1]);
    expect(engine).toBe('content');
    expect(fallback).toBe("two_tower: the user's vector is zero: the model knows nothing of them");
  });

  it('ranks for a cold user by content', () => {
    const { item_ids, engine, reason } = recommender.recommend(request('cold'));
    expect(item_ids).toEqual(['i2', 'i1', 'i3', 'i0', 'i4']);
    expect([engine, reason]).toEqual(['content', '2 interactions, fewer than 5']);
  });

  it('gives an unknown user what most people met', () => {
    // Of 40 interactions.
    const { item_ids, scores, engine } = recommender.recommend(request('new'));
    expect(item_ids).toEqual(['i4', 'i0', 'i1', 'i2', 'i3', 'i5']);
    expect(scores).toEqual([19 / 40, 10 / 40, 5 / 40, 5 / 40, 1 / 40, 0]);
    expect(engine).toBe('popularity');
  });

  it('gives an unknown user who states preferences what users with the same ones are like', () => {
    // hot (1, 0) and blank (0, 1) know rust: (1, 1) / sqrt 2. Items 1 and 3 are 1.4 / sqrt 2, 0 and 2 are 1 / sqrt 2.
    const byRust = recommender.recommend(request('new', { preferences: { skills: ['rust'] } }));
    expect(byRust.item_ids).toEqual(['i1', 'i3', 'i0', 'i2', 'i4', 'i5']);
    expect(byRust.engine).toBe('content');
    // Only blank knows both: (0, 1).
    const byBoth = recommender.recommend(request('new', { preferences: { skills: ['Rust', 'go'] } }));
    expect(byBoth.item_ids).toEqual(['i2', 'i1', 'i3', 'i0', 'i4', 'i5']);
  });

  it('looks among items where no user has a stated value', () => {
    // sql: items 1 and 2, whose sum is (0.6, 1.8): 1.8 for both of them, and 1.56 for item 3.
    const { item_ids, engine, reason } = recommender.recommend(request('new', { preferences: { skills: ['sql'] } }));
    expect([engine, reason]).toEqual(['content', expect.stringContaining('; no developer has skills=sql')]);
    expect(item_ids.slice(0, 3).sort()).toEqual(['i1', 'i2', 'i3']);
    expect(item_ids.slice(3)).toEqual(['i0', 'i4', 'i5']);
  });

  it('falls back to popularity where nobody and nothing has a stated value', () => {
    const { engine, reason, fallback } = recommender.recommend(request('new', { preferences: { skills: ['cobol'] } }));
    expect(engine).toBe('popularity');
    expect(reason).toBe('the user is unknown, and the request states preferences; no developer has skills=cobol');
    expect(fallback).toBe(
      'content: nothing is known of the user: no text, nobody and nothing like what they state, no item they liked',
    );
    expect(recommender.recommend(request('new', { engine: 'content' })).fallback).toBe(
      'content: nothing is known of the user: no text, no stated preference, no item they liked',
    );
  });

  it('answers with the engine that the request names', () => {
    expect(recommender.recommend(request('hot', { engine: 'popularity' })).item_ids).toEqual(['i4', 'i1', 'i3', 'i5']);
    const named = recommender.recommend(request('new', { engine: 'two_tower' }));
    expect(named.engine).toBe('popularity');
    expect(named.fallback).toContain('two_tower: the user has no vector in this bundle; content: ');
  });

  it('routes by thresholds of its own', async () => {
    const other = await createBundleRecommender(bundle, { thresholds: { warmFrom: 1, hotAbove: 1 } });
    expect(other.recommend(request('cold')).engine).toBe('two_tower');
  });

  it('has only popularity for users without vectors where items have no content', async () => {
    const { folder } = await writeSmallBundle(await temporaryFolder(), {
      facts: { content: { kind: 'none' } },
      content: { users: { ...SMALL_BUNDLE.users, content: null }, items: { ...SMALL_BUNDLE.items, content: null } },
    });
    const other = await createBundleRecommender(await loadBundle(folder));
    const { engine, fallback } = other.recommend(request('cold'));
    expect([engine, fallback]).toEqual(['popularity', 'content: items have neither texts nor features']);
  });

  it('compares items with what a user liked where users have no texts', async () => {
    const { folder } = await writeSmallBundle(await temporaryFolder(), {
      facts: { content: { kind: 'features', width: 2 } },
      content: { users: { ...SMALL_BUNDLE.users, content: null } },
    });
    const other = await createBundleRecommender(await loadBundle(folder));
    // cold liked i5, (0, -1).
    expect(other.recommend(request('cold')).scores).toEqual([0, 0, -Math.fround(0.6), -Math.fround(0.8), -1]);
    // hot liked i0 in training and i2 in the test part: (1, 1) / sqrt 2, or (1, 0) before the test.
    const byAll = other.recommend(request('hot', { engine: 'content' }));
    expect(byAll.item_ids).toEqual(['i1', 'i3', 'i4', 'i5']);
    const before = other.recommend(request('hot', { engine: 'content', seen: 'before_test' }));
    expect(before.item_ids).toEqual(['i3', 'i1', 'i2', 'i4', 'i5']);
  });
});

describe('what happened since', () => {
  it('leaves the list, and counts', async () => {
    const since = await createBundleRecommender(bundle, {
      overlay: overlay({ cold: ['i1', 'i2', 'i3'], hot: ['i4'] }),
    });
    expect(since.recommend(request('hot')).item_ids).toEqual(['i1', 'i3', 'i5']);
    // 2 + 3 interactions, vector (0.6, 0.8): i0 1.8, i4 2.0.
    const warmed = since.recommend(request('cold'));
    expect([warmed.engine, warmed.reason]).toEqual(['two_tower', '5 interactions, from 5 to 20']);
    expect(warmed.item_ids).toEqual(['i4', 'i0']);
  });

  it('counts nothing twice that the data has by now', async () => {
    // cold has 2 interactions, one of them with i5.
    const again = await createBundleRecommender(bundle, { overlay: overlay({ cold: ['i5', 'i5', 'i1', 'gone'] }) });
    expect(again.recommend(request('cold')).reason).toBe('4 interactions, fewer than 5');
  });

  it('tells what an unknown user is like', async () => {
    const since = await createBundleRecommender(bundle, { overlay: overlay({ new: ['i0'] }) });
    const { item_ids, engine, reason } = since.recommend(request('new'));
    expect(item_ids).toEqual(['i3', 'i1', 'i2', 'i4', 'i5']);
    expect([engine, reason]).toEqual(['content', 'training has not seen the user, who has 1 interaction since']);
  });

  it('keeps away what is disliked, and pulls nothing near it', async () => {
    const disliked = await createBundleRecommender(bundle, {
      overlay: overlay({ new: ['i0'], hot: ['i4'] }, 'dislike'),
    });
    const { item_ids, engine, fallback } = disliked.recommend(request('new'));
    expect(engine).toBe('popularity');
    expect(fallback).toContain('no item they liked');
    expect(item_ids).toEqual(['i4', 'i1', 'i2', 'i3', 'i5']);
    expect(disliked.recommend(request('hot')).item_ids).toEqual(['i1', 'i3', 'i5']);
  });

  it('takes a later dislike over what was liked before, and a later like over a dislike', async () => {
    const events = [
      { item_id: 'i2', type: 'like' },
      { item_id: 'i0', type: 'like' },
      { item_id: 'i2', type: 'dislike' },
      { item_id: 'i5', type: 'dislike' },
      { item_id: 'i0', type: 'view' },
    ];
    const of = (happened: readonly (typeof events)[number][]): Overlay => ({ ...overlay({}), events: () => happened });
    const scoresFor = async (happened: readonly (typeof events)[number][]) =>
      (await createBundleRecommender(bundle, { overlay: of(happened) })).recommend(request('new')).scores;
    // Near i0 = (1, 0) alone; then i2 = (0, 1) too.
    expect(await scoresFor(events)).toEqual(await scoresFor([{ item_id: 'i0', type: 'like' }]));
    const both = await scoresFor([
      { item_id: 'i0', type: 'like' },
      { item_id: 'i2', type: 'view' },
    ]);
    expect(await scoresFor([...events, { item_id: 'i2', type: 'like' }])).toEqual(both);
  });

  it('takes a dislike over what the bundle says was liked', async () => {
    const { folder } = await writeSmallBundle(await temporaryFolder(), {
      facts: { content: { kind: 'features', width: 2 } },
      content: { users: { ...SMALL_BUNDLE.users, content: null } },
    });
    const disliked = await createBundleRecommender(await loadBundle(folder), {
      overlay: overlay({ hot: ['i2'] }, 'dislike'),
    });
    // hot liked i0 and i2; (1, 0) is left: i3 0.8, i1 0.6.
    expect(disliked.recommend(request('hot', { engine: 'content' })).item_ids).toEqual(['i3', 'i1', 'i4', 'i5']);
  });

  it('knows of a type without a label only that they met', async () => {
    const other = await createBundleRecommender(bundle, { overlay: overlay({ new: ['i0'] }, 'dislke') });
    const { item_ids, engine } = other.recommend(request('new'));
    expect([engine, item_ids]).toEqual(['popularity', ['i4', 'i1', 'i2', 'i3', 'i5']]);
  });

  it('routes by what was met before the test part where an offline evaluation is repeated', async () => {
    const interactions = Int32Array.of(5, 7, 6, 2);
    const { folder } = await writeSmallBundle(await temporaryFolder(), { content: { interactions } });
    const other = await createBundleRecommender(await loadBundle(folder));
    // hot met i2 in the test part; warm met nothing there.
    const reasonOf = (userId: string, seen: 'all' | 'before_test') => other.recommend(request(userId, { seen })).reason;
    expect(reasonOf('hot', 'all')).toBe('5 interactions, from 5 to 20');
    expect(reasonOf('hot', 'before_test')).toBe('4 interactions, fewer than 5');
    expect(reasonOf('warm', 'before_test')).toBe('7 interactions, from 5 to 20');
  });

  it('does not count where an offline evaluation is repeated', async () => {
    const since = await createBundleRecommender(bundle, { overlay: overlay({ hot: ['i1'] }) });
    // Of the bundle only i0 was met before the test part.
    const { item_ids } = since.recommend(request('hot', { engine: 'two_tower', seen: 'before_test' }));
    expect(item_ids).toEqual(['i1', 'i4', 'i3', 'i2', 'i5']);
  });

  it('leaves out users who have met the item since', async () => {
    const since = await createBundleRecommender(bundle, { overlay: overlay({ cold: ['i0'] }) });
    expect(since.usersFor(about('i0')).user_ids).toEqual(['warm', 'blank']);
  });
});

describe('filters', () => {
  const filtered = (userId: string, filters: Record<string, string[]>) =>
    recommender.recommend(request(userId, { filters })).item_ids;

  test.each([
    ['one value', { type: ['collaboration'] }, ['i1']],
    ['any of several values', { type: ['Collaboration', 'job'] }, ['i1', 'i4', 'i3']],
    ['a range', { team_size: ['5..12'] }, ['i1', 'i3']],
    ['an open range', { team_size: ['9..'] }, ['i4']],
    ['an entry of a list', { skills: ['go'] }, ['i1', 'i4']],
    ['two fields', { skills: ['go'], type: ['job'] }, ['i4']],
    ['a value that no item has', { type: ['merger'] }, []],
  ])('let through what has %s', (_what, filters, expected) => {
    expect(filtered('hot', filters)).toEqual(expected);
  });

  it('are stated preferences too where an unknown user names a field of both', () => {
    const stated = recommender.recommend(request('new', { preferences: { skills: ['rust'] } }));
    const filteredBy = recommender.recommend(request('new', { filters: { skills: ['rust'] } }));
    // Near (1, 1) as stated, and of rust only i0 and i5.
    expect(stated.item_ids).toEqual(['i1', 'i3', 'i0', 'i2', 'i4', 'i5']);
    expect(filteredBy.item_ids).toEqual(['i0', 'i5']);
    expect([filteredBy.engine, filteredBy.reason]).toEqual([stated.engine, stated.reason]);
    expect(filtered('new', { skills: ['rust'], type: ['job'] })).toEqual(['i0']);
  });

  it('are preferences alone where nothing would be left, and the answer says so', async () => {
    const stated = recommender.recommend(request('new', { preferences: { skills: ['cobol'] } }));
    const asked = recommender.recommend(request('new', { filters: { skills: ['cobol'] } }));
    expect(asked.item_ids).toEqual(stated.item_ids);
    expect(asked.reason).toBe(
      'the user is unknown, and the request states preferences; no startup has skills=cobol, so what is stated filters nothing; no developer has skills=cobol',
    );
    // i1, i2 have sql, and are no jobs.
    const both = recommender.recommend(request('new', { filters: { skills: ['sql'], type: ['job'] } }));
    expect([...both.item_ids].sort()).toEqual(['i0', 'i3', 'i4']);
    expect(both.reason).toContain('; no startup has skills=sql and type=job, so what is stated');
    // A condition that nothing fulfils stays one.
    const none = recommender.recommend(request('new', { filters: { skills: ['cobol'], type: ['merger'] } }));
    expect([none.item_ids, none.reason]).toEqual([[], 'no startup has skills=cobol']);
  });

  it('are preferences alone by a field that only users have, of unknown users alone', async () => {
    const { folder } = await writeSmallBundle(await temporaryFolder(), {
      content: {
        users: { ...SMALL_BUNDLE.users, fields: new Map([['role', ['dev', 'ops', 'dev', 'ops']]]) },
      },
    });
    const other = await createBundleRecommender(await loadBundle(folder));
    const filters = { role: ['ops'] };
    // warm says nothing and liked i1, (0.6, 0.8); cold says (0, 1): 1.8 for i1 and i2, less for all others.
    expect(other.recommend(request('new', { filters })).item_ids.slice(0, 2).sort()).toEqual(['i1', 'i2']);
    expect(() => other.recommend(request('hot', { filters }))).toThrow(
      expect.objectContaining({ code: 'USAGE', message: 'filter: got "role", which is no field of a startup' }),
    );
    expect(() => other.recommend(request('new', { filters: { rol: ['ops'] } }))).toThrow(
      expect.objectContaining({
        message: 'filter: got "rol", which is no field of a startup or a developer',
        hint: 'Did you mean role? Fields of a startup: type, team_size, skills. Fields of a developer: role.',
      }),
    );
    expect(() => other.recommend(request('new', { filters: { nofield: ['ops'] } }))).toThrow(
      expect.objectContaining({
        hint: 'Fields of a startup: type, team_size, skills. Fields of a developer: role.',
      }),
    );
  });

  it('say what no item has', () => {
    for (const [filters, reason] of [
      [{ type: ['merger', 'ipo'] }, 'no startup has type=merger or ipo'],
      [{ type: ['collaboration'], team_size: ['40..'] }, 'no startup has type=collaboration and team_size=40..'],
    ] as const) {
      const answer = recommender.recommend(request('hot', { filters }));
      expect([answer.item_ids, answer.reason]).toEqual([[], reason]);
      expect(recommender.similarItems({ ...about('i0'), filters }).reason).toBe(reason);
    }
    const users = recommender.usersFor(about('i0', { filters: { skills: ['cobol'] } }));
    expect([users.user_ids, users.reason]).toEqual([[], 'no developer has skills=cobol']);
    // i2 passes, but was met.
    const met = recommender.recommend(request('hot', { filters: { team_size: ['12'] } }));
    expect([met.item_ids, met.reason]).toEqual([
      [],
      '25 interactions, more than 20; no startup is left that passes, was not met already, and is not excluded',
    ]);
  });

  it.each(['5-7', 'abc', '>5', '9..5', '..'])('refuse %j for a field of numbers', (value) => {
    const refusal = expect.objectContaining({
      code: 'USAGE',
      message: `filter team_size: got "${value}", expected a number, or a range as 5..10, 5.. or ..10`,
    });
    for (const filters of [{ team_size: [value] }, { type: ['merger'], team_size: ['5', value] }]) {
      expect(() => filtered('hot', filters)).toThrow(refusal);
      expect(() => filtered('new', filters)).toThrow(refusal);
      expect(() => recommender.similarItems(about('i0', { filters }))).toThrow(refusal);
    }
  });

  it('refuse a field that no item has, and name the nearest', () => {
    expect(() => filtered('hot', { typ: ['job'] })).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: 'filter: got "typ", which is no field of a startup',
        hint: 'Did you mean type? Fields of a startup: type, team_size, skills.',
      }),
    );
  });

  it('leave out what the request excludes, known or not', () => {
    expect(recommender.recommend(request('hot', { exclude: ['i4', 'nothing'] })).item_ids).toEqual(['i1', 'i3', 'i5']);
  });
});

describe('pages', () => {
  it('follow each other without repeating', () => {
    const whole = recommender.recommend(request('hot')).item_ids;
    const pages = [0, 1, 2, 3, 4].flatMap(
      (offset) => recommender.recommend(request('hot', { limit: 1, offset })).item_ids,
    );
    expect(pages).toEqual(whole);
  });

  it.each([
    ['limit', { limit: 0 }, 'limit: got 0, expected a whole number from 1 to 100'],
    ['limit', { limit: 101 }, 'limit: got 101'],
    ['limit', { limit: 1.5 }, 'limit: got 1.5'],
    ['offset', { offset: -1 }, 'offset: got -1, expected a whole number from 0 to 10000'],
    ['diversity', { diversity: 2 }, 'diversity: got 2, expected a number from 0 to 1'],
    ['damping', { damping: Number.NaN }, 'damping: got NaN'],
    ['preferences', { preferences: { skils: ['go'] } }, 'preferences: got "skils", which is no field of a developer'],
  ])('refuse a %s out of bounds', (_what, change, message) => {
    expect(() => recommender.recommend(request('hot', change))).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(message) }),
    );
  });
});

describe('another order', () => {
  it('damps popular items', () => {
    // 2, 2, 1, -1 less 0.5 * 3 * log(1 + n) / log(20) with n = 5, 19, 1, 0: 1.10, 0.50, 0.65, -1.
    const { item_ids, scores } = recommender.recommend(request('hot', { damping: 0.5 }));
    expect(item_ids).toEqual(['i1', 'i3', 'i4', 'i5']);
    expect(scores).toEqual([2, 1, 2, -1]);
  });

  it('puts first what differs from what stands before it', () => {
    // i5 points away from i1; i3 is nearer to both than i4, which equals i1.
    expect(recommender.recommend(request('hot', { diversity: 1 })).item_ids).toEqual(['i1', 'i5', 'i3', 'i4']);
  });
});

describe('about an item', () => {
  it('finds users who may want it and have not met it', () => {
    // (3, 0): cold 1.8, warm and blank 0; hot has met it.
    const { user_ids, scores, engine } = recommender.usersFor(about('i0'));
    expect(user_ids).toEqual(['cold', 'warm', 'blank']);
    expect(scores).toEqual([Math.fround(3 * Math.fround(0.6)), 0, 0]);
    expect(engine).toBe('two_tower');
    expect(recommender.usersFor(about('i0', { filters: { skills: ['go'] } })).user_ids).toEqual(['warm', 'blank']);
    expect(recommender.usersFor(about('i0', { exclude: ['cold'], limit: 1 })).user_ids).toEqual(['warm']);
  });

  it('finds items like it', () => {
    // (2, 1) against the others: 1 for i4, 3 / sqrt 10 for i3, 2 / sqrt 5 for i0, 1 / sqrt 5 for i2.
    const { item_ids, scores } = recommender.similarItems(about('i1'));
    expect(item_ids).toEqual(['i4', 'i3', 'i0', 'i2', 'i5']);
    [1, 3 / Math.sqrt(10), 2 / Math.sqrt(5), 1 / Math.sqrt(5), -3 / Math.sqrt(10)].forEach((cosine, place) => {
      expect(scores[place]).toBeCloseTo(cosine, 6);
    });
    expect(recommender.similarItems(about('i1', { filters: { type: ['job'] }, exclude: ['i4'] })).item_ids).toEqual([
      'i3',
      'i0',
    ]);
  });

  it('refuses one that it does not hold', () => {
    for (const ask of [recommender.usersFor, recommender.similarItems]) {
      expect(() => ask(about('none'))).toThrow(
        expect.objectContaining({
          code: 'ITEM_NOT_FOUND',
          message: 'startup: got "none", which is not in this bundle',
        }),
      );
    }
  });

  it('compares by content, then counts, where the model has no vector of it', async () => {
    const vectors = Float32Array.of(3, 0, 2, 1, 0, 3, 1, 1, 0, 0, 0, 0);
    const { folder } = await writeSmallBundle(await temporaryFolder(), {
      content: { items: { ...SMALL_BUNDLE.items, vectors } },
    });
    const other = await createBundleRecommender(await loadBundle(folder));
    // i5 is (0, -1) in content: hot and warm 0, blank and cold -1; cold has met it.
    const byContent = other.usersFor(about('i5'));
    expect([byContent.engine, byContent.user_ids]).toEqual(['content', ['hot', 'warm', 'blank']]);
    expect(other.similarItems(about('i5')).item_ids).toEqual(['i0', 'i4', 'i3', 'i1', 'i2']);
    // i4 has no content either: by interactions.
    const byCount = other.usersFor(about('i4'));
    expect([byCount.engine, byCount.user_ids]).toEqual(['popularity', ['hot', 'warm', 'blank', 'cold']]);
    expect(byCount.fallback).toBe('two_tower: the vector of the startup is zero; content: there is none to compare');
    expect(other.similarItems(about('i4')).item_ids).toEqual(['i0', 'i1', 'i2', 'i3', 'i5']);
  });
});
