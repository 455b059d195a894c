import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { createRecommender, type RecommenderLibrary } from '../../../serving/index.ts';
import { writeSmallBundle } from '../../support/small-bundle.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder = '';
let digest = '';
let recommender: RecommenderLibrary;

beforeAll(async () => {
  ({ folder, digest } = await writeSmallBundle(await temporaryFolder()));
  recommender = createRecommender({ bundle: folder });
});

it('recommends before anybody has waited for the bundle', async () => {
  expect(
    await createRecommender({ bundle: folder }).recommend({
      userId: 'hot',
      useCase: 'developer_startup',
      limit: 1,
      filters: { type: 'collaboration' },
    }),
  ).toEqual({
    item_ids: ['i1'],
    scores: [2],
    engine: 'two_tower',
    model_version: '3',
    bundle: digest,
    reason: '25 interactions, more than 20',
    fallback: null,
  });
});

it('passes on every option', async () => {
  const { item_ids } = await recommender.recommend({
    userId: 'hot',
    filters: { type: ['job', 'collaboration'] },
    exclude: ['i3'],
    offset: 1,
    seen: 'before_test',
    engine: 'two_tower',
  });
  // i1 and i4 with 2, i2 with 0.
  expect(item_ids).toEqual(['i4', 'i2']);
  expect((await recommender.recommend({ userId: 'hot', damping: 0.5 })).item_ids).toEqual(['i1', 'i3', 'i4', 'i5']);
  expect((await recommender.recommend({ userId: 'hot', diversity: 1 })).item_ids).toEqual(['i1', 'i5', 'i3', 'i4']);
  const { engine } = await recommender.recommend({ userId: 'new', preferences: { skills: 'rust' } });
  expect(engine).toBe('content');
  expect((await recommender.usersFor({ itemId: 'i0', limit: 1 })).user_ids).toEqual(['cold']);
  expect((await recommender.similarItems({ itemId: 'i1', exclude: ['i4'], limit: 1 })).item_ids).toEqual(['i3']);
});

it('refuses another use case', async () => {
  await expect(recommender.recommend({ userId: 'hot', useCase: 'reader_book' })).rejects.toEqual(
    expect.objectContaining({
      code: 'USAGE',
      message: 'useCase: got "reader_book", expected "developer_startup", that of the bundle',
    }),
  );
});

it('tells whoever asks that the bundle cannot be loaded', async () => {
  const broken = createRecommender({ bundle: join(folder, 'nowhere') });
  const refusal = expect.objectContaining({ code: 'MODEL_NOT_LOADING' });
  await expect(broken.ready()).rejects.toEqual(refusal);
  await expect(broken.recommend({ userId: 'hot' })).rejects.toEqual(refusal);
});

it.each([
  ['exclude that is a text', { userId: 'hot', exclude: 'i4' }, 'exclude: got "i4", expected a list of ids'],
  ['an engine of its own', { userId: 'hot', engine: 'foo' }, 'engine: got "foo", expected one of two_tower, content'],
  ['a word for seen', { userId: 'hot', seen: 'foo' }, 'seen: got "foo", expected one of all, before_test'],
  ['no user', { limit: 3 }, 'userId: got undefined, expected a text of 1 to 1024 characters'],
  ['a user that is a number', { userId: 7 }, 'userId: got 7, expected a text'],
  ['an empty user', { userId: '' }, 'userId: got "", expected a text'],
  ['a misspelt option', { userId: 'hot', filter: {} }, 'options: got filter, expected only'],
  [
    'an empty filter',
    { userId: 'hot', filters: { type: [] } },
    'filters.type: got [], expected a text, or one or more',
  ],
  [
    'a filter that is a number',
    { userId: 'hot', filters: { team_size: 5 } },
    'filters.team_size: got 5, expected a text',
  ],
  ['filters that are a text', { userId: 'hot', filters: 'type=job' }, 'filters: got "type=job", expected an object'],
  ['preferences of numbers', { userId: 'new', preferences: { skills: [1] } }, 'preferences.skills: got [1]'],
  ['diversity that is a text', { userId: 'hot', diversity: '0.5' }, 'diversity: got "0.5", expected a number'],
  ['a limit that is a text', { userId: 'hot', limit: '5' }, 'limit: got "5", expected a whole number'],
  ['nothing', undefined, 'options: got undefined, expected an object'],
])('refuses %s', async (_what, options, message) => {
  // As a program without types asks.
  const asked = recommender.recommend(options as unknown as Parameters<RecommenderLibrary['recommend']>[0]);
  await expect(asked).rejects.toEqual(
    expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(message) }),
  );
});

it('refuses options about items that are only for users, and names what was meant', async () => {
  for (const ask of [recommender.usersFor, recommender.similarItems]) {
    const asked = ask({ itemId: 'i0', exclud: ['i1'] } as unknown as Parameters<RecommenderLibrary['usersFor']>[0]);
    await expect(asked).rejects.toMatchObject({
      code: 'USAGE',
      hint: expect.stringContaining('Did you mean exclude?'),
    });
    await expect(ask({ itemId: 'i0', ...{ engine: 'content' } })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(ask({ itemId: '' })).rejects.toMatchObject({ code: 'USAGE' });
  }
});

it('refuses to begin without a folder', () => {
  expect(() => createRecommender({ bundle: undefined as unknown as string })).toThrow(
    expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('bundle: got undefined') }),
  );
});
