import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resolveConfig } from '../../../config/resolve.ts';
import type { ResolvedFiles } from '../../../contracts/resolved-config.ts';
import { guessInteractions } from '../../../pipeline/index.ts';
import { withFolder } from '../../support/data-requests.ts';

const location = (path: string) => {
  const { source } = resolveConfig({
    name: 'test',
    data: { source: { type: 'files', interactions: { path, constant_type: 'view' } } },
  }).data;
  return (source as ResolvedFiles).interactions;
};

const guess = (text: string, name = 'events.csv') =>
  withFolder(async (folder) => {
    const file = join(folder, name);
    await writeFile(file, text);
    return guessInteractions(file, location(file));
  });

test('pipeline/guess-interactions: types and text times under their usual names', async () => {
  const { source, ignoredTypes } = await guess('user_id,startup_id,type,at\nu1,s1,like,2025-01-01T00:00:00Z\n');
  expect(source.interactions).toMatchObject({
    user: 'user_id',
    item: 'startup_id',
    type: 'type',
    time: 'at',
    time_unit: 'text',
  });
  expect([source.users, ignoredTypes]).toEqual([{ features: { id: { kind: 'id' } } }, []]);
});

test.each([
  ['1700000000', 's'],
  ['1700000000000', 'ms'],
  ['1700000000000000', 'us'],
])('pipeline/guess-interactions: a time of %s is counted in %s', async (time, unit) => {
  const { source } = await guess(`userId,movieId,rating,timestamp\n1,2,3.5,${time}\n`);
  expect(source.interactions).toMatchObject({ user: 'userId', item: 'movieId', time_unit: unit });
});

test('pipeline/guess-interactions: labels and stars become types', async () => {
  const labels = (await guess('user,item,label\nu,i,0.9\nu,j,0\n')).source.interactions;
  expect(labels.rating?.rules.find(({ at_least }) => 0.9 >= at_least)?.type).toBe('favorite');
  const stars = (await guess('user,item,rating\nu,i,5\nu,j,0.5\n')).source.interactions;
  expect(stars.rating?.rules.find(({ at_least }) => 4 >= at_least)?.type).toBe('like');
});

test('pipeline/guess-interactions: samples that were drawn as negatives are left out', async () => {
  const { ignoredTypes, notes } = await guess('user_id,item_id,label,type\nu,i,1,apply\nu,j,0,negative_sample\n');
  expect(ignoredTypes).toEqual(['negative_sample']);
  expect(notes.join()).toContain('negative_sample');
});

test('pipeline/guess-interactions: where a file says no more than who met what, every row is a like', async () => {
  const { source, notes } = await guess('user,item,timestamp\nu,i,1700000000\n');
  expect(source.interactions).toMatchObject({ user: 'user', item: 'item', constant_type: 'like', time_unit: 's' });
  expect(notes.join()).toContain('every row a like');
});

test.each([
  ['item,type\ni,like\n', 'the user'],
  ['user,type\ni,like\n', 'the item'],
  ['user,item,bought\nu,i,0\n', 'what happened'],
  ['user,item,rating\nu,i,10\n', 'numbers up to 10'],
  ['user,item,label\nu,i,good\n', 'values that are no numbers'],
])('pipeline/guess-interactions: %j is refused as bad data', async (text, what) => {
  await expect(guess(text)).rejects.toMatchObject({ code: 'DATA_INVALID', message: expect.stringContaining(what) });
});

test('pipeline/guess-interactions: a missing file is a missing source', async () => {
  await expect(guessInteractions('/nowhere/e.csv', location('/nowhere/e.csv'))).rejects.toMatchObject({
    code: 'SOURCE_NOT_FOUND',
  });
});
