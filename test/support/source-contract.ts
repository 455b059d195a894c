/** What every kind of source must do alike: a suite that each of them runs over rows of its own. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../config/resolve.ts';
import type { DataConfig, FilesSource } from '../../contracts/experiment-config.ts';
import { openDatabase, sqlText } from '../../pipeline/duckdb/database.ts';
import type { SourceAccess } from '../../pipeline/sources/open-source.ts';
import { builderIn, NO_ACCESS } from './data-requests.ts';
import { filesData, type Row, writeRows } from './files-source.ts';
import { withFolder } from './make-folder.ts';

/** Tables by name, a row at least each, all rows of a table with the same keys. */
export type Tables = Readonly<Record<string, readonly Row[]>>;

/** A place for tables, which a source reads from. */
export interface SourceStore {
  /** Replaces whatever tables were there. */
  write(tables: Tables): Promise<void>;
  /** Where a table of this name lies, to be spread into `users`, `from`, … */
  locate(table: string): { readonly path: string } | { readonly table: string };
  /** `type` and what else the source needs beside its tables. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly access: SourceAccess;
}

const USERS: readonly Row[] = [
  { uid: 'u1', age: 31, langs: ['en', 'de', 'en'], bio: 'Likes "maps", and\nboats', wish: 'Sea', home: 'Köln' },
  { uid: 'u2', age: 4.5, langs: ['fr'], bio: 'It\'s second; a|b,\t"c"', wish: null, home: null },
  { uid: 'u3', age: null, langs: ['en'], bio: null, wish: 'Land', home: ' Oslo ' },
];
const ITEMS: readonly Row[] = [
  { sku: 1, kind: 'a', action: 1, drama: 0, vec: [0.25, -1.5] },
  { sku: 2, kind: 'b', action: 1, drama: 1, vec: [1, 0.5] },
];
const TAGS: readonly Row[] = [
  { sku: 1, tag: 'Zoo' },
  { sku: 1, tag: 'fun' },
  { sku: 1, tag: 'fun' },
  { sku: 9, tag: 'lost' },
];
const EVENTS: readonly Row[] = [
  { who: 'u1', what: 1, at: '2025-03-01 10:00:00', stars: 5 },
  { who: 'u1', what: 1, at: '2025-03-01T11:00:00.123456+01:00', stars: 3 },
  { who: 'u2', what: 2, at: '2025-03-02 00:00:00', stars: 1 },
  { who: 'u2', what: 2, at: '2025-03-02 00:00:00', stars: 1 },
  { who: 'u3', what: 1, at: '2025-03-03', stars: 4.5 },
];
const TABLES = { users: USERS, items: ITEMS, tags: TAGS, events: EVENTS } as const satisfies Tables;

/** Every way of mapping: ids, numbers, lists, flags, a side table, two texts, a vector, times in text, ratings. */
const mappingOf = (locate: SourceStore['locate']) => ({
  users: {
    ...locate('users'),
    id: 'uid',
    features: {
      age: { kind: 'numeric' },
      langs: { kind: 'multi_categorical', width: 4 },
      home: { kind: 'categorical', width: 4 },
      bio: { kind: 'text' },
      wish: { kind: 'text' },
    },
  },
  items: {
    ...locate('items'),
    id: 'sku',
    features: {
      kind: { kind: 'categorical', width: 3 },
      genre: { kind: 'multi_categorical', columns: ['action', 'drama'], width: 3 },
      tags: { kind: 'multi_categorical', from: locate('tags'), id: 'sku', column: 'tag', width: 4 },
      vec: { kind: 'embedding', dim: 2 },
    },
  },
  interactions: {
    ...locate('events'),
    user: 'who',
    item: 'what',
    time: 'at',
    rating: {
      column: 'stars',
      rules: [
        { at_least: 0, type: 'dislike' },
        { at_least: 4.5, type: 'apply' },
        { at_least: 3, type: 'view' },
      ],
    },
  },
});

const replaced = (table: keyof typeof TABLES, change: (rows: readonly Row[]) => readonly Row[]): Tables => ({
  ...TABLES,
  [table]: change(TABLES[table]),
});

const readTable = async (folder: string, id: string, table: string, order: string) => {
  const database = await openDatabase({ file: ':memory:', spillFolder: folder, memoryLimitMegabytes: 256, threads: 1 });
  try {
    const file = join(folder, 'data', 'extracts', id, `${table}.parquet`);
    return await database.rows('read', `SELECT * FROM read_parquet(${sqlText(file)}) ORDER BY ${order}`);
  } finally {
    database.close();
  }
};

/**
 * Runs the suite. `withStore` hands over an empty store in the folder and removes it afterwards.
 * @param name title of the tests: `pipeline/sources/files, csv`
 */
export const describeSource = (
  name: string,
  withStore: (folder: string, use: (store: SourceStore) => Promise<void>) => Promise<void>,
): void => {
  const reading = (use: (store: SourceStore, folder: string) => Promise<void>): Promise<void> =>
    withFolder((folder) => withStore(folder, (store) => use(store, folder)));

  const extract = async (
    folder: string,
    store: SourceStore,
    { log = [], change = {}, settings = {} }: { log?: string[]; change?: object; settings?: object } = {},
  ) => {
    const source = { ...store.settings, ...mappingOf(store.locate), ...change } as unknown as DataConfig['source'];
    const { data } = resolveConfig({ name: 'contract', data: { ...settings, source } as DataConfig });
    const builder = builderIn(join(folder, 'data'), {
      sources: store.access,
      log: (level, message) => log.push(`${level} ${message}`),
    });
    return builder.extract({ data, seed: 1 });
  };

  /** The same rows as lines of JSON, whatever the source under test is. */
  const referenceOf = (tables: Tables): Promise<string> =>
    withFolder(async (folder) => {
      for (const [table, rows] of Object.entries(tables)) {
        await writeRows(folder, table, 'ndjson', rows);
      }
      const mapping = mappingOf((table) => ({ path: join(folder, `${table}.ndjson`) })) as Omit<FilesSource, 'type'>;
      const builder = builderIn(join(folder, 'data'), { sources: NO_ACCESS });
      return (await builder.extract({ data: filesData(mapping), seed: 1 })).id;
    });

  describe(name, () => {
    it(`${name}: rows become the canonical tables, and the extract is that of the same rows elsewhere`, () =>
      reading(async (store, folder) => {
        await store.write(TABLES);
        const { id, rows } = await extract(folder, store);
        expect(rows).toBe(5);
        expect(await readTable(folder, id, 'users', 'user_id')).toEqual([
          { user_id: 'u1', text: 'Likes "maps", and\nboats\nSea', age: 31, langs: ['de', 'en'], home: 'Köln' },
          { user_id: 'u2', text: 'It\'s second; a|b,\t"c"', age: 4.5, langs: ['fr'], home: null },
          { user_id: 'u3', text: 'Land', age: null, langs: ['en'], home: 'Oslo' },
        ]);
        expect(await readTable(folder, id, 'items', 'item_id')).toEqual([
          { item_id: '1', kind: 'a', genre: ['action'], tags: ['Zoo', 'fun'] },
          { item_id: '2', kind: 'b', genre: ['action', 'drama'], tags: [] },
        ]);
        expect(await readTable(folder, id, 'item_embeddings', 'item_id')).toEqual([
          { item_id: '1', embedding: [0.25, -1.5] },
          { item_id: '2', embedding: [1, 0.5] },
        ]);
        const events = await readTable(folder, id, 'interactions', 'user_id, occurred_at, interaction_id');
        expect(events.map(({ type, occurred_at }) => [type, occurred_at])).toEqual([
          ['apply', '2025-03-01 10:00:00'],
          ['view', '2025-03-01 10:00:00.123456'],
          ['dislike', '2025-03-02 00:00:00'],
          ['dislike', '2025-03-02 00:00:00'],
          ['apply', '2025-03-03 00:00:00'],
        ]);
        expect(new Set(events.map(({ interaction_id }) => interaction_id)).size).toBe(5);
        expect(id).toBe(await referenceOf(TABLES));
      }));

    it(`${name}: the order of rows does not matter, one more of the same row does`, () =>
      reading(async (store, folder) => {
        await store.write(TABLES);
        const { id } = await extract(folder, store);
        await store.write(
          Object.fromEntries(Object.entries(TABLES).map(([table, rows]) => [table, [...rows].reverse()])),
        );
        expect((await extract(folder, store)).id).toBe(id);
        await store.write(replaced('events', (rows) => [...rows, ...rows.slice(-1)]));
        const more = await extract(folder, store);
        expect(more.rows).toBe(6);
        expect(more.id).not.toBe(id);
      }));

    it(`${name}: users and items without a table are the ids of interactions`, () =>
      reading(async (store, folder) => {
        await store.write(TABLES);
        const change = { users: { features: { id: { kind: 'id' } } }, items: { features: { id: { kind: 'id' } } } };
        const { id } = await extract(folder, store, { change });
        expect(await readTable(folder, id, 'users', '1')).toEqual([
          { user_id: 'u1' },
          { user_id: 'u2' },
          { user_id: 'u3' },
        ]);
        expect(await readTable(folder, id, 'items', '1')).toEqual([{ item_id: '1' }, { item_id: '2' }]);
      }));

    it.each([
      ['an event without a user', 'events', { who: null, what: 1, at: '2025-03-03', stars: 1 }, /no user id/],
      ['an event at no time', 'events', { who: 'u1', what: 1, at: null, stars: 1 }, /no time/],
      ['an event at what is no time', 'events', { who: 'u1', what: 1, at: 'soon', stars: 1 }, /no time.*"soon"/],
      ['a rating below all rules', 'events', { who: 'u1', what: 1, at: '2025-03-03', stars: -1 }, /below every rule/],
      [
        'a user without an id',
        'users',
        { uid: null, age: 1, langs: ['x'], bio: 'b', wish: 'w', home: 'h' },
        /no user id/,
      ],
      ['a vector too long', 'items', { sku: 3, kind: 'c', action: 0, drama: 0, vec: [1, 2, 3] }, /3 numbers/],
    ] as const)(`${name}: %s is a bad row: refused, or left out where that is allowed`, (_what, table, row, message) =>
      reading(async (store, folder) => {
        await store.write(replaced(table, (rows) => [...rows, row]));
        await expect(extract(folder, store)).rejects.toMatchObject({
          code: 'DATA_INVALID',
          message: expect.stringMatching(message),
          hint: expect.stringContaining('--max-bad-rows 1'),
        });
        const log: string[] = [];
        const { rows } = await extract(folder, store, { log, settings: { max_bad_rows: 1 } });
        expect(rows).toBe(5);
        expect(log.join('\n')).toMatch(/warn left out 1 bad rows/);
      }),
    );

    it(`${name}: times may be numbers, whose unit is found and told`, () =>
      reading(async (store, folder) => {
        const microseconds = [
          '1740823200000000',
          '1740823200123456',
          '1740873600000000',
          '1740873600000000',
          '1740960000000000',
        ];
        await store.write(
          replaced('events', (rows) => rows.map((row, index) => ({ ...row, at: Number(microseconds[index]) }))),
        );
        const log: string[] = [];
        expect((await extract(folder, store, { log })).id).toBe(await referenceOf(TABLES));
        expect(log.join('\n')).toContain('time at: microseconds since 1970, 2025-03-01 to 2025-03-03');
      }));

    it(`${name}: an entity said twice is read once with a note, one said differently is refused`, () =>
      reading(async (store, folder) => {
        await store.write(replaced('users', (rows) => [...rows, ...rows.slice(0, 1)]));
        const log: string[] = [];
        expect((await extract(folder, store, { log })).id).toBe(await referenceOf(TABLES));
        expect(log.join('\n')).toContain('1 equal rows of users');
        await store.write(
          replaced('users', (rows) => [...rows, ...rows.slice(0, 1).map((row) => ({ ...row, age: 32 }))]),
        );
        await expect(extract(folder, store)).rejects.toThrow(/duplicate user id with different values \(u1\)/);
      }));

    it(`${name}: a missing column is named, with those that there are`, () =>
      reading(async (store, folder) => {
        await store.write(TABLES);
        const change = { users: { ...mappingOf(store.locate).users, features: { city: { kind: 'categorical' } } } };
        const failure = extract(folder, store, { change });
        await expect(failure).rejects.toMatchObject({
          code: 'DATA_INVALID',
          message: expect.stringContaining('city'),
          // In any order.
          hint: expect.stringMatching(/^(?=.*\buid\b)(?=.*\bage\b)(?=.*\bhome\b)/),
        });
      }));

    it(`${name}: a missing table is named`, () =>
      reading(async (store, folder) => {
        await store.write(TABLES);
        const change = { users: { ...mappingOf(store.locate).users, ...store.locate('people') } };
        const failure = extract(folder, store, { change });
        await expect(failure).rejects.toMatchObject({
          code: expect.stringMatching(/^(SOURCE_NOT_FOUND|DATA_INVALID)$/),
          message: expect.stringContaining('people'),
        });
      }));
  });
};
