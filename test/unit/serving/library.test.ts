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
