import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EventTable, FilesSource } from '../../../contracts/experiment-config.ts';
import type { ResolvedData } from '../../../contracts/resolved-config.ts';
import { openDatabase, sqlText } from '../../../pipeline/duckdb/database.ts';
import { builderIn } from '../../support/data-requests.ts';
import { FORMATS, type Format, filesData, type Row, writeRows } from '../../support/files-source.ts';
import { withFolder } from '../../support/make-folder.ts';

const USERS: readonly Row[] = [
  { uid: 'u1', age: 31, langs: ['en', 'de', 'en'], bio: 'Likes "maps", and\nboats', home: 'Köln' },
  { uid: 'u2', age: 4.5, langs: [], bio: 'Second', home: '' },
  { uid: 'u3', age: null, langs: ['fr'], bio: null, home: 'Oslo' },
];
const ITEMS: readonly Row[] = [
  { sku: 1, kind: 'a', vec: [0.25, -1.5] },
  { sku: 2, kind: 'b', vec: [1, 0.5] },
];
const EVENTS: readonly Row[] = [
  { who: 'u1', what: 1, at: '2025-03-01 10:00:00', did: 'view' },
  { who: 'u1', what: 1, at: '2025-03-01T11:00:00.123456+01:00', did: 'view' },
  { who: 'u2', what: 2, at: '2025-03-02 00:00:00', did: 'like' },
  { who: 'u2', what: 2, at: '2025-03-02 00:00:00', did: 'like' },
  { who: 'u3', what: 1, at: '2025-03-03 00:00:00', did: 'apply' },
];

const MAPPING = {
  users: {
    id: 'uid',
    features: {
      age: { kind: 'numeric' },
      langs: { kind: 'multi_categorical', width: 4 },
      home: { kind: 'categorical', width: 4 },
      bio: { kind: 'text' },
    },
  },
  items: {
    id: 'sku',
    features: { kind: { kind: 'categorical', width: 3 }, vec: { kind: 'embedding', dim: 2 } },
  },
  interactions: { user: 'who', item: 'what', time: 'at', type: 'did' },
} as const satisfies Omit<FilesSource, 'type'>;

const writeAll = async (folder: string, format: Format, change: Partial<Record<string, readonly Row[]>> = {}) => ({
  users: { ...MAPPING.users, path: await writeRows(folder, 'users', format, change.users ?? USERS) },
  items: { ...MAPPING.items, path: await writeRows(folder, 'items', format, change.items ?? ITEMS) },
  interactions: { ...MAPPING.interactions, path: await writeRows(folder, 'events', format, change.events ?? EVENTS) },
});

const extract = (root: string, data: ResolvedData, log: string[] = []) =>
  builderIn(join(root, 'data'), { log: (level, message) => log.push(`${level} ${message}`) }).extract({
    data,
    seed: 1,
  });

const rowsOf = async (root: string, id: string, table: string, order: string) => {
  const database = await openDatabase({ file: ':memory:', spillFolder: root, memoryLimitMegabytes: 256, threads: 1 });
  try {
    const file = join(root, 'data', 'extracts', id, `${table}.parquet`);
    return await database.rows('read', `SELECT * FROM read_parquet(${sqlText(file)}) ORDER BY ${order}`);
  } finally {
    database.close();
  }
};

describe('pipeline/sources/files', () => {
  it('pipeline/sources/files: the same rows are the same extract in every format', () =>
    withFolder(async (root) => {
      const ids: string[] = [];
      for (const format of FORMATS) {
        const folder = join(root, format);
        await mkdir(folder);
        const { id, rows } = await extract(folder, filesData(await writeAll(folder, format)));
        expect(rows).toBe(5);
        ids.push(id);
      }
      expect(new Set(ids).size, ids.join(' ')).toBe(1);
    }));

  it('pipeline/sources/files: tables are canonical: times in UTC, lists distinct and sorted, empty text no value', () =>
    withFolder(async (root) => {
      const { id } = await extract(root, filesData(await writeAll(root, 'csv')));
      expect(await rowsOf(root, id, 'users', 'user_id')).toEqual([
        { user_id: 'u1', text: 'Likes "maps", and\nboats', age: 31, langs: ['de', 'en'], home: 'Köln' },
        { user_id: 'u2', text: 'Second', age: 4.5, langs: [], home: null },
        { user_id: 'u3', text: null, age: null, langs: ['fr'], home: 'Oslo' },
      ]);
      expect(await rowsOf(root, id, 'items', 'item_id')).toEqual([
        { item_id: '1', kind: 'a' },
        { item_id: '2', kind: 'b' },
      ]);
      expect(await rowsOf(root, id, 'item_embeddings', 'item_id')).toEqual([
        { item_id: '1', embedding: [0.25, -1.5] },
        { item_id: '2', embedding: [1, 0.5] },
      ]);
      const events = await rowsOf(root, id, 'interactions', 'user_id, occurred_at, interaction_id');
      expect(events.map(({ occurred_at }) => occurred_at)).toEqual([
        '2025-03-01 10:00:00',
        '2025-03-01 10:00:00.123456',
        '2025-03-02 00:00:00',
        '2025-03-02 00:00:00',
        '2025-03-03 00:00:00',
      ]);
      // Equal rows have ids of their own.
      expect(new Set(events.map(({ interaction_id }) => interaction_id)).size).toBe(5);
      expect(new Set(events.map(({ use_case }) => use_case))).toEqual(new Set(['developer_startup']));
    }));

  it('pipeline/sources/files: globs and lists are one table, whatever the order of the files', () =>
    withFolder(async (root) => {
      const source = await writeAll(root, 'csv');
      const whole = await extract(root, filesData(source));
      await writeRows(root, 'part-b', 'csv', EVENTS.slice(0, 2));
      const tail = await writeRows(root, 'part-a', 'ndjson', EVENTS.slice(2));
      const globbed = filesData({
        ...source,
        interactions: { ...source.interactions, path: [join(root, 'part-*.csv'), tail] },
      });
      expect((await extract(root, globbed)).id).toBe(whole.id);
    }));

  it.each([
    [{ time_unit: 's' }, 1_740_823_200],
    [{ time_unit: 'ms' }, 1_740_823_200_000],
    [{ time_unit: 'us' }, '1740823200000000'],
  ] as const)('pipeline/sources/files: reads times as numbers since 1970, %o', (change, at) =>
    withFolder(async (root) => {
      const source = await writeAll(root, 'csv', { events: [{ who: 'u1', what: 1, at, did: 'view' }] });
      const { id } = await extract(root, filesData({ ...source, interactions: { ...source.interactions, ...change } }));
      expect((await rowsOf(root, id, 'interactions', 'user_id'))[0]?.occurred_at).toBe('2025-03-01 10:00:00');
    }),
  );

  it('pipeline/sources/files: maps ratings by the highest bound that they reach, and flags, ids and side tables', () =>
    withFolder(async (root) => {
      await writeFile(join(root, 'r.tsv'), '7\t1\t5\n7\t2\t3\n8\t2\t1\n');
      await writeFile(join(root, 'i.txt'), Buffer.from('1|Amélie|1|0\n2|Other|0|0\n', 'latin1'));
      await writeFile(join(root, 'tags.csv'), 'item,tag\n1,Zoo\n1, fun \n1,fun\n9,lost\n');
      const { id } = await extract(
        root,
        filesData({
          users: { features: { id: { kind: 'id' } } },
          items: {
            path: join(root, 'i.txt'),
            csv: { delimiter: '|', columns: ['item_id', 'title', 'Action', 'Drama'], encoding: 'latin-1' },
            features: {
              genre: { kind: 'multi_categorical', columns: ['Action', 'Drama'] },
              tags: { kind: 'multi_categorical', from: { path: join(root, 'tags.csv') }, id: 'item', column: 'tag' },
              title: { kind: 'categorical' },
            },
          },
          interactions: {
            path: join(root, 'r.tsv'),
            csv: { delimiter: '\t', columns: ['user_id', 'item_id', 'stars'] },
            rating: {
              column: 'stars',
              rules: [
                { at_least: 0, type: 'dislike' },
                { at_least: 5, type: 'apply' },
                { at_least: 3, type: 'view' },
              ],
            },
          },
        }),
      );
      expect(await rowsOf(root, id, 'users', 'user_id')).toEqual([{ user_id: '7' }, { user_id: '8' }]);
      expect(await rowsOf(root, id, 'items', 'item_id')).toEqual([
        { item_id: '1', genre: ['Action'], tags: ['Zoo', 'fun'], title: 'Amélie' },
        { item_id: '2', genre: [], tags: [], title: 'Other' },
      ]);
      const events = await rowsOf(root, id, 'interactions', 'user_id, item_id');
      expect(events.map(({ type }) => type)).toEqual(['apply', 'view', 'dislike']);
    }));

  it('pipeline/sources/files: an unchanged set of files is not read again, a changed one is', () =>
    withFolder(async (root) => {
      const data = filesData(await writeAll(root, 'csv'));
      const log: string[] = [];
      const first = await extract(root, data, log);
      await extract(root, data, log);
      expect(log.filter((line) => line.includes('extracted'))).toHaveLength(1);
      await writeRows(root, 'events', 'csv', [...EVENTS].reverse());
      expect((await extract(root, data, log)).id).toBe(first.id);
      await writeRows(root, 'events', 'csv', EVENTS.slice(1));
      expect((await extract(root, data, log)).id).not.toBe(first.id);
      expect(log.filter((line) => line.includes('extracted'))).toHaveLength(3);
    }));

  describe('bad rows', () => {
    const events = (change: Partial<EventTable> = {}) =>
      ({
        users: { features: { id: { kind: 'id' } } },
        items: { features: { id: { kind: 'id' } } },
        interactions: { user: 'who', item: 'what', time: 'at', type: 'did', ...change },
      }) as const;
    const TEXT = [
      'who,what,at,did',
      'u1,1,2025-03-01,view',
      'u2,2',
      'u3,1,2025-03-01,like,more',
      'u4,1,yesterday,like',
      ',1,2025-03-01,like',
      'u5,2,2025-03-02,like',
      '',
    ].join('\n');

    it('pipeline/sources/files: broken lines and values are an error that names file and line', () =>
      withFolder(async (root) => {
        await writeFile(join(root, 'e.csv'), TEXT);
        const data = filesData(events({ path: join(root, 'e.csv') }));
        await expect(extract(root, data)).rejects.toMatchObject({
          code: 'DATA_INVALID',
          message: expect.stringMatching(/got 4 bad rows, expected at most data.max_bad_rows 0/),
          hint: expect.stringContaining('--max-bad-rows 4'),
        });
        await expect(extract(root, data)).rejects.toThrow(/e\.csv:3/);
        // Places of bad values count the broken lines before them.
        await expect(extract(root, data)).rejects.toThrow(/no time in unit "text": "yesterday" \(e\.csv:5\)/);
        await expect(extract(root, data)).rejects.toThrow(/no user id \(e\.csv:6\)/);
      }));

    it('pipeline/sources/files: as many bad rows as allowed are left out and reported; a stricter limit refuses again', () =>
      withFolder(async (root) => {
        await writeFile(join(root, 'e.csv'), TEXT);
        const data = (max_bad_rows: number) => filesData(events({ path: join(root, 'e.csv') }), { max_bad_rows });
        const log: string[] = [];
        const { rows } = await extract(root, data(4), log);
        expect(rows).toBe(2);
        expect(log.join('\n')).toMatch(/warn left out 4 bad rows/);
        await expect(extract(root, data(3))).rejects.toMatchObject({ code: 'DATA_INVALID' });
      }));

    it('pipeline/sources/files: a finished version with bad rows is refused again under a stricter limit', () =>
      withFolder(async (root) => {
        const lines = Array.from({ length: 40 }, (_, row) => `u${row % 8},${row % 5},2025-03-${10 + (row % 15)},apply`);
        await writeFile(join(root, 'e.csv'), ['who,what,at,did', ...lines, 'u1,2', ''].join('\n'));
        const data = (max_bad_rows: number) => filesData(events({ path: join(root, 'e.csv') }), { max_bad_rows });
        const builder = builderIn(join(root, 'data'));
        const { version } = await builder.encode({ data: data(1), seed: 1 });
        expect((await builder.encode({ data: data(5), seed: 1 })).version).toBe(version);
        await expect(builder.encode({ data: data(0), seed: 1 })).rejects.toMatchObject({ code: 'DATA_INVALID' });
      }));

    it('pipeline/sources/files: broken lines of NDJSON have their line number', () =>
      withFolder(async (root) => {
        await writeFile(
          join(root, 'e.ndjson'),
          '{"who":"u1","what":1,"at":"2025-03-01","did":"view"}\n{"who":"u2","what":\n{"who":"u3","what":2,"at":"2025-03-01","did":"view"}\n',
        );
        await expect(extract(root, filesData(events({ path: join(root, 'e.ndjson') })))).rejects.toThrow(
          /a broken line \(not JSON\).*e\.ndjson:2/,
        );
      }));

    it('pipeline/sources/files: vectors of another length, with NaN or with numbers too large are bad rows', () =>
      withFolder(async (root) => {
        const source = await writeAll(root, 'csv', {
          items: [
            { sku: 1, kind: 'a', vec: [1, 2, 3] },
            { sku: 2, kind: 'b', vec: '[nan, 1]' },
            { sku: 3, kind: 'b', vec: '[1, -1e38]' },
          ],
        });
        const failure = extract(root, filesData(source));
        await expect(failure).rejects.toThrow(/embedding of 3 numbers, expected 2/);
        await expect(extract(root, filesData(source))).rejects.toThrow(/embedding with NaN or infinity/);
        await expect(extract(root, filesData(source))).rejects.toThrow(/embedding with a number beyond ±1000000000/);
      }));

    it('pipeline/sources/files: a number that is none, and two rows of one id with other values', () =>
      withFolder(async (root) => {
        const users: readonly Row[] = [
          { uid: 'u1', age: 'old', langs: [], bio: 'a', home: 'b' },
          { uid: 'u2', age: 1, langs: [], bio: 'a', home: 'b' },
          { uid: 'u2', age: 2, langs: [], bio: 'a', home: 'b' },
        ];
        const failure = extract(root, filesData(await writeAll(root, 'csv', { users })));
        await expect(failure).rejects.toThrow(/age is not a number: "old".*users\.csv:2/);
        const others = ['NaN', 'Infinity', '1e300', '-1e300'].map(
          (age, index): Row => ({ uid: `u${index + 1}`, age, langs: [], bio: 'a', home: 'b' }),
        );
        const unfit = extract(root, filesData(await writeAll(root, 'csv', { users: others })));
        await expect(unfit).rejects.toThrow(/4 bad rows.*: 2 with age is not a number: "NaN"/);
        await expect(unfit).rejects.toThrow(/; 2 with age is too large: "1e300"/);
        await expect(extract(root, filesData(await writeAll(root, 'csv', { users })))).rejects.toThrow(
          /duplicate user id with different values \(u2\)/,
        );
      }));
  });

  describe('what is not there', () => {
    it('pipeline/sources/files: a missing file, a folder and an empty pattern name the path', () =>
      withFolder(async (root) => {
        const source = await writeAll(root, 'csv');
        for (const path of [join(root, 'no.csv'), root, join(root, 'no-*.csv')]) {
          await expect(
            extract(root, filesData({ ...source, interactions: { ...source.interactions, path } })),
          ).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND', exitCode: 66, message: expect.stringContaining(path) });
        }
      }));

    it.skipIf(process.getuid?.() === 0)('pipeline/sources/files: a file without read permission is refused', () =>
      withFolder(async (root) => {
        const source = await writeAll(root, 'csv');
        await chmod(source.users.path, 0o000);
        await expect(extract(root, filesData(source))).rejects.toThrow(/a file without read permission/);
      }),
    );

    it('pipeline/sources/files: a missing column names those that there are', () =>
      withFolder(async (root) => {
        for (const format of ['csv', 'parquet', 'json'] as const) {
          const folder = join(root, format);
          await mkdir(folder);
          const source = await writeAll(folder, format);
          await expect(
            extract(folder, filesData({ ...source, interactions: { ...source.interactions, type: 'kind' } })),
          ).rejects.toMatchObject({
            code: 'DATA_INVALID',
            message: expect.stringContaining('no column "kind"'),
            hint: expect.stringMatching(/who|at/),
          });
        }
      }));

    it('pipeline/sources/files: a table without a row is No data loaded', () =>
      withFolder(async (root) => {
        const source = await writeAll(root, 'csv');
        await writeFile(source.interactions.path, 'who,what,at,did\n');
        await expect(extract(root, filesData(source))).rejects.toMatchObject({
          code: 'NO_DATA_LOADED',
          message: expect.stringContaining('No data loaded'),
        });
      }));

    it('pipeline/sources/files: letters whose UTF-8 holds control characters of Latin-1 are read, wherever they stand', () =>
      withFolder(async (root) => {
        const source = await writeAll(root, 'csv');
        // 'Á' is C3 81, and 81 is no character of Latin-1.
        await writeFile(source.users.path, 'uid,age,langs,bio,home\nu1,1,[],x,Ávila\nu2,1,[],x,y\nu3,1,[],x,y\n');
        const { id } = await extract(root, filesData(source));
        expect((await rowsOf(root, id, 'users', 'user_id'))[0]?.home).toBe('Ávila');
      }));

    it('pipeline/sources/files: text in another encoding is a bad row, and reads with the right one', () =>
      withFolder(async (root) => {
        const source = await writeAll(root, 'csv');
        await writeFile(
          source.users.path,
          Buffer.from('uid,age,langs,bio,home\nu1,1,[],x,Köln\nu2,1,[],x,y\nu3,1,[],x,y\n', 'latin1'),
        );
        await expect(extract(root, filesData(source))).rejects.toMatchObject({ code: 'DATA_INVALID' });
        const right = { ...source, users: { ...source.users, csv: { encoding: 'latin-1' as const } } };
        const { id } = await extract(root, filesData(right));
        expect((await rowsOf(root, id, 'users', 'user_id'))[0]?.home).toBe('Köln');
      }));
  });
});
