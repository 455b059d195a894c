import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resolveConfig } from '../../../config/resolve.ts';
import type { ResolvedFiles } from '../../../contracts/resolved-config.ts';
import { guessInteractions } from '../../../pipeline/index.ts';
import { withFolder } from '../../support/make-folder.ts';

const location = (path: string) => {
  const { source } = resolveConfig({
    name: 'test',
    data: { source: { type: 'files', interactions: { path, constant_type: 'view' } } },
  }).data;
  return (source as ResolvedFiles).interactions;
};

/** 29 November 2026. */
const NOW = Date.UTC(2026, 10, 29);

const guess = (text: string | Buffer, { name = 'events.csv', columns = null as readonly string[] | null } = {}) =>
  withFolder(async (folder) => {
    const file = join(folder, name);
    await writeFile(file, text);
    return guessInteractions(file, { location: location(file), columns, nowMs: NOW });
  });

test('types and text times under their usual names', async () => {
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
  ['1700000000000000000', 'ns'],
])('a time of %s is counted in %s', async (time, unit) => {
  const { source } = await guess(`userId,movieId,rating,timestamp\n1,2,3.5,${time}\n`);
  expect(source.interactions).toMatchObject({ user: 'userId', item: 'movieId', time_unit: unit });
});

test('labels and stars become types', async () => {
  const labels = (await guess('user,item,label\nu,i,0.9\nu,j,0\n')).source.interactions;
  expect(labels.rating?.rules.find(({ at_least }) => 0.9 >= at_least)?.type).toBe('favorite');
  const stars = (await guess('user,item,rating\nu,i,5\nu,j,0.5\n')).source.interactions;
  expect(stars.rating?.rules.find(({ at_least }) => 4 >= at_least)?.type).toBe('like');
});

test('samples that were drawn as negatives are left out', async () => {
  const { ignoredTypes, notes } = await guess('user_id,item_id,label,type\nu,i,1,apply\nu,j,0,negative_sample\n');
  expect(ignoredTypes).toEqual(['negative_sample']);
  expect(notes.join()).toContain('negative_sample');
});

test('where a file says no more than who met what, every row is a like', async () => {
  const { source, notes } = await guess('user,item,timestamp\nu,i,1700000000\n');
  expect(source.interactions).toMatchObject({ user: 'user', item: 'item', constant_type: 'like', time_unit: 's' });
  expect(notes.join()).toContain('every row a like');
});

test.each([
  ['item,type\ni,like\n', 'the user'],
  ['user,type\ni,like\n', 'the item'],
  ['user,item,bought\nu,i,0\n', 'what happened'],
  ['user,item,rating\nu,i,101\n', 'numbers up to 101'],
  ['user,item,label\nu,i,5\n', 'numbers up to 5'],
  ['user,item,count\nu,i,0\n', 'counts from 0 to 0'],
  ['user,item,label\nu,i,good\n', 'values that are not numbers'],
])('%j is refused as bad data', async (text, what) => {
  await expect(guess(text)).rejects.toMatchObject({ code: 'DATA_INVALID', message: expect.stringContaining(what) });
});

test('a missing file is a missing source', async () => {
  await expect(
    guessInteractions('/nowhere/e.csv', { location: location('/nowhere/e.csv'), columns: null, nowMs: NOW }),
  ).rejects.toMatchObject({
    code: 'SOURCE_NOT_FOUND',
  });
});

test.each([
  ['user_id:token\titem_id:token\trating:float\ttimestamp:float\n', 'user_id:token', 'item_id:token', 'rating:float'],
  ['reviewerID,asin,overall,unixReviewTime\n', 'reviewerID', 'asin', 'overall'],
  ['"User-ID";"ISBN";"Book-Rating"\n', 'User-ID', 'ISBN', 'Book-Rating'],
  ['user_id,business_id,stars,date\n', 'user_id', 'business_id', 'stars'],
  ['user_id,asin,parent_asin,rating,timestamp\n', 'user_id', 'parent_asin', 'rating'],
])('knows the columns of %j', async (header, user, item, column) => {
  const delimiter = header.includes('\t') ? '\t' : header.includes(';') ? ';' : ',';
  const row = header
    .trim()
    .split(delimiter)
    .map((name) => (/time|date/i.test(name) ? '1700000000' : '5'))
    .join(delimiter);
  const { source } = await guess(`${header}${row}\n${row}\n`);
  expect(source.interactions).toMatchObject({ user, item, rating: { column } });
});

test('one note says how the file is written and how every column is read', async () => {
  const rows = 'u1;i1;3,5;1700000000\nu1;i2;1;1710000000\n';
  const { notes } = await guess(`# made by hand\nuser;item;rating;timestamp\n${rows}`);
  // 1700000000 is 2023-11-14T22:13:20Z, 1710000000 is 2024-03-09T16:00:00Z.
  expect(notes[0]).toMatch(
    /events\.csv: separated by semicolons, decimal commas, 1 comment line skipped; user user, item item, what happened by rating \(1 to 3\.5, as stars\), time timestamp \(seconds since 1970, 2023-11-14 to 2024-03-09\)$/,
  );
});

test('days like 20231124 are days; years are no time, with a note', async () => {
  const days = await guess('user,item,date\nu,i,20231124\nu,j,20231206\n');
  expect(days.source.interactions).toMatchObject({ time: 'date', time_format: '%Y%m%d' });
  expect(days.notes[0]).toContain('time date (days like 20231124, 2023-11-24 to 2023-12-06)');
  const years = await guess('user,item,date\nu,i,2017\nu,j,2014\n');
  expect(years.source.interactions).not.toHaveProperty('time');
  expect(years.notes[0]).toContain('no time (date has years, too coarse to order by)');
});

test('one empty or broken cell does not change how its column is read', async () => {
  const rows = Array.from({ length: 9 }, (_, row) => `u,i${row},4,1700000000\n`).join('');
  const { source } = await guess(`user,item,rating,timestamp\n${rows}u,j,,\nu,k,good,soon\n`);
  expect(source.interactions).toMatchObject({ time_unit: 's', rating: { column: 'rating' } });
});

test('numbers that no unit makes a time of are refused, with the setting that reads them', async () => {
  // As seconds 1970, as days no month 45.
  await expect(guess('user,item,time\nu,i,45250\nu,j,45251\n')).rejects.toMatchObject({
    code: 'DATA_INVALID',
    message: expect.stringContaining('"45250" and "45251"'),
    hint: expect.stringContaining('time_unit'),
  });
});

test.each([
  ['03/14/2024', '"%m/%d/%Y"', 'it reads them'],
  ['14.03.2024 18:30', '"%d.%m.%Y %H:%M"', 'it reads them'],
  ['04/03/2024', '"%m/%d/%Y" or "time_format": "%d/%m/%Y"', 'Choose the one that is meant'],
])('a date like %s is refused with the format that reads it', async (date, format, how) => {
  await expect(guess(`user,item,date\nu,i,${date}\n`)).rejects.toMatchObject({
    code: 'DATA_INVALID',
    message: expect.stringContaining(date),
    hint: expect.stringMatching(new RegExp(`${how}.*"interactions":\\{.*"time_format":`)),
  });
  await expect(guess(`user,item,date\nu,i,${date}\n`)).rejects.toMatchObject({
    hint: expect.stringContaining(format),
  });
});

test.each([
  ['10', 8, 'up to 10, scaled to five stars'],
  ['100', 80, 'up to 100, scaled to five stars'],
])('ratings up to %s are scaled, with a note', async (greatest, like, text) => {
  const { source, notes } = await guess(`user,item,rating\nu,i,${greatest}\nu,j,1\n`);
  // Four of five stars.
  expect(source.interactions.rating?.rules).toContainEqual({ at_least: like, type: 'like' });
  expect(notes[0]).toContain(`what happened by rating (1 to ${greatest}, ${text})`);
});

test('a count is the weight of a like', async () => {
  const { source, labels, notes } = await guess('user,item,count\nu,i,1\nu,j,5\n');
  // 5 lies between the second and the third doubling of 1.
  expect(source.interactions.rating?.rules).toEqual([
    { at_least: 1, type: 'like' },
    { at_least: 2, type: 'like x2' },
    { at_least: 4, type: 'like x4' },
  ]);
  expect(labels).toEqual({ 'like x2': { weight: 3, label: 0.8 }, 'like x4': { weight: 4, label: 0.8 } });
  expect(notes[0]).toContain('every row a like, weighted by count (1 to 5, weights 2 to 4)');
});

test('users and items alone are enough', async () => {
  const { source } = await guess('user_id,item_id\nu,i\nu,j\n');
  expect(source.interactions).toMatchObject({ user: 'user_id', item: 'item_id', constant_type: 'like' });
});

test.each([
  ['1::1193::5::978300760\n2::661::3::978302109\n', 'user_id,item_id,rating,timestamp'],
  ['196\t242\t3\t881250949\n186\t302\t3\t891717742\n', 'user_id,item_id,rating,timestamp'],
  ['7,8,1.5\n7,9,2\n', 'user_id,item_id,rating'],
])('a file without a header, %j, is a guess to be confirmed', async (text, columns) => {
  await expect(guess(text)).rejects.toMatchObject({
    code: 'DATA_INVALID',
    message: expect.stringContaining('has no header'),
    hint: expect.stringContaining(`--columns ${columns}`),
  });
  const { source } = await guess(text, { columns: columns.split(',') });
  expect(source.interactions).toMatchObject({
    user: 'user_id',
    csv: { columns: columns.split(',') },
    rating: { column: 'rating' },
  });
});

test('names for another number of columns, or for a file with a header, are refused', async () => {
  const text = 'user_id,item_id,rating\nu,i,3\n';
  await expect(guess(text, { columns: ['user_id', 'item_id'] })).rejects.toThrow(/names 2 columns .* has 3/);
  await expect(guess(text, { columns: ['user_id', 'item_id', 'rating'] })).rejects.toThrow(/has a header/);
});

test('UTF-16 is found; with the high byte first it is refused', async () => {
  const bytes = Buffer.from('\uFEFFuser,item,rating\n\u00fc,i,3\nu,j,4\n', 'utf16le');
  const { notes, source } = await guess(bytes);
  expect([notes[0]?.includes('UTF-16'), source.interactions.user]).toEqual([true, 'user']);
  await expect(guess(bytes.swap16())).rejects.toMatchObject({
    code: 'DATA_INVALID',
    hint: expect.stringContaining('iconv -f UTF-16BE'),
  });
});

test('the weights in the note are those of the least and the greatest count', async () => {
  const { notes } = await guess('user,item,count\nu,i,7\nu,j,14\nu,k,21\nu,l,35\n');
  // 2, and 1 for each doubling of 1 that is reached: 7 reaches 4, the second; 35 reaches 32, the fifth.
  expect(notes[0]).toContain('weighted by count (7 to 35, weights 4 to 7)');
});

test.each([
  ['events.csv', 'user_id,item_id,rating\n', 'events.csv has no readable row'],
  ['events.csv', 'user_id,item_id\n', 'events.csv has no readable row'],
  ['events.csv', '', 'events.csv has no readable row'],
  ['events.ndjson', '', 'events.ndjson has no readable row'],
  ['events.json', '[]', 'events.json has no readable row'],
  ['events.ndjson', 'oops\n{\n', 'events.ndjson has no readable row; 2 broken lines, the first is events.ndjson:1'],
])('%s with %j is No data loaded', async (name, text, what) => {
  await expect(guess(text, { name })).rejects.toMatchObject({
    code: 'NO_DATA_LOADED',
    message: expect.stringMatching(new RegExp(`^No data loaded: .*/${what}$`)),
  });
});

test.each([
  ['user_id,item_id,rating,rating\nu,i,5,1\n', 'rating', '"rating" (column 3) and "rating" (column 4)'],
  ['user_id,item_id,rating,Rating\nu,i,5,1\n', 'rating', '"rating" (column 3) and "Rating" (column 4)'],
  ['user_id,item_id,User ID,label\nu,i,v,1\n', 'user_id', '"user_id" (column 1) and "User ID" (column 3)'],
])('in %j nothing says which column is meant', async (text, column, places) => {
  await expect(guess(text)).rejects.toMatchObject({
    code: 'DATA_INVALID',
    message: expect.stringContaining(`has several columns named "${column}": ${places}, expected one`),
  });
});

test('columns of one name that are not used may be there', async () => {
  const { source } = await guess('user_id,item_id,rating,note,note\nu,i,5,a,b\n');
  expect(source.interactions.rating?.column).toBe('rating');
});

test('a column of times without a value is no time', async () => {
  const { source, notes } = await guess('user_id,item_id,type,occurred_at\nu,i,like,\nu,j,view,\n');
  expect(source.interactions).not.toHaveProperty('time');
  expect(notes[0]).toContain('no time (occurred_at is empty)');
});

test('the export of a version made of counts keeps their weights', async () => {
  const { labels } = await guess('user_id,item_id,type\nu,i,like x4\nu,j,like x32\nu,k,like\n');
  // A like weighs 2, and 1 more for each doubling: 4 is two of them, 32 five.
  expect(labels).toEqual({ 'like x4': { weight: 4, label: 0.8 }, 'like x32': { weight: 7, label: 0.8 } });
});
