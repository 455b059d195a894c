import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { TtExpError } from '../../../contracts/errors.ts';
import type { Database } from '../../../pipeline/duckdb/database.ts';
import type { RawTables } from '../../../pipeline/sources/raw-tables.ts';
import { createSqliteTables } from '../../../pipeline/sources/sqlite/sqlite-tables.ts';
import { ensureSqliteExtension } from '../../../services/duckdb-extensions/index.ts';
import { columnsAs, inQuery, inTable, withDuckdb } from '../../support/raw-tables.ts';
import { holdSqlite, PROVISION_FOLDER, runSqlite, sqliteExtension } from '../../support/sqlite.ts';

const SCHEMA = `
  CREATE TABLE "My.Users" (user_id TEXT PRIMARY KEY, skills TEXT, age INTEGER, ratio REAL, picture BLOB, "odd""name" ANY);
  INSERT INTO "My.Users" VALUES
    ('u1', '["a", "b|c"]', 7, 0.30000000000000004, x'0102', 'q'), ('u2', '', 9007199254740993, 1e100, NULL, 1.5), (NULL, NULL, 'seven', 0.1, NULL, NULL);
  CREATE VIEW ids AS SELECT user_id FROM "My.Users";
  CREATE TABLE flat (id TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;
  INSERT INTO flat VALUES ('a', 1);
  CREATE TABLE latin (text TEXT);
  INSERT INTO latin VALUES (CAST(x'416de96c6965' AS TEXT));`;

describe('pipeline/sqlite-tables', () => {
  let extension: string;

  beforeAll(async () => {
    extension = await sqliteExtension();
  });

  const reading = (use: (tables: RawTables, database: Database, file: string) => Promise<void>): Promise<void> =>
    withDuckdb(async (database, folder) => {
      const file = join(folder, "the app's.db");
      await runSqlite(file, SCHEMA);
      const tables = createSqliteTables({ path: file, extension: async () => extension });
      try {
        await use(tables, database, file);
      } finally {
        await tables.close();
      }
    });

  const failure = async (promise: Promise<unknown>): Promise<TtExpError> => {
    const error = await promise.then(
      () => new Error('it did not fail'),
      (thrown: unknown) => thrown,
    );
    if (error instanceof TtExpError) {
      return error;
    }
    throw error;
  };

  it('pipeline/sources/sqlite/sqlite-tables: every value is its text, numbers to their last digit', () =>
    reading(async (tables, database) => {
      const columns = columnsAs('scalar', 'user_id', 'skills', 'age', 'ratio', 'picture', 'odd"name');
      await tables.attach(database, { target: 'raw', location: inTable('My.Users'), columns });
      expect(await database.rows('read', 'SELECT * FROM raw ORDER BY place')).toEqual([
        {
          ...{ user_id: 'u1', skills: '["a", "b|c"]', age: '7', ratio: '0.30000000000000004', picture: "x'0102'" },
          ...{ 'odd"name': 'q', place: 'My.Users rowid 1' },
        },
        {
          ...{ user_id: 'u2', skills: '', age: '9007199254740993', ratio: '1.0e+100', picture: null },
          ...{ 'odd"name': '1.5', place: 'My.Users rowid 2' },
        },
        {
          ...{ user_id: null, skills: null, age: 'seven', ratio: '0.1', picture: null },
          ...{ 'odd"name': null, place: 'My.Users rowid 3' },
        },
      ]);
    }));

  it('pipeline/sources/sqlite/sqlite-tables: any double comes back as it is', () =>
    reading(async (tables, database, file) => {
      await runSqlite(
        file,
        `CREATE TABLE doubles (value REAL, other REAL);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
         INSERT INTO doubles SELECT value, -value / 3 FROM (SELECT i * 0.1234567890123 / 7.0 AS value FROM n)`,
      );
      const columns = columnsAs('scalar', 'value', 'other');
      await tables.attach(database, { target: 'raw', location: inTable('doubles'), columns });
      // DuckDB and SQLite divide alike: a digit lost in one of the two would show.
      const [counts] = await database.rows(
        'compare',
        'SELECT count(*)::INTEGER AS n, count(*) FILTER (-value::DOUBLE / 3 = other::DOUBLE)::INTEGER AS same FROM raw',
      );
      expect(counts).toEqual({ n: 20_000, same: 20_000 });
    }));

  it('pipeline/sources/sqlite/sqlite-tables: views, tables without row ids and queries are read, in WAL mode too', () =>
    reading(async (tables, database, file) => {
      await runSqlite(file, 'PRAGMA journal_mode = wal');
      const holder = await holdSqlite(file, "INSERT INTO flat VALUES ('b', 2)");
      try {
        await tables.attach(database, {
          target: 'v',
          location: inTable('ids'),
          columns: columnsAs('scalar', 'user_id'),
        });
        await tables.attach(database, {
          target: 'f',
          location: inTable('FLAT'),
          columns: columnsAs('scalar', 'id', 'value'),
        });
        const location = inQuery('SELECT upper(id) AS id FROM flat WHERE value > 1; ');
        await tables.attach(database, { target: 'q', location, columns: columnsAs('scalar', 'id') });
        expect(await database.rows('count', 'SELECT count(*)::INTEGER AS n FROM v')).toEqual([{ n: 3 }]);
        expect(await database.rows('read', 'SELECT * EXCLUDE place FROM f ORDER BY id')).toEqual([
          { id: 'a', value: '1' },
          { id: 'b', value: '2' },
        ]);
        expect(await database.rows('read', 'SELECT * FROM q')).toEqual([{ id: 'B', place: 'the query row 1' }]);
        const origins = await tables.describe();
        expect(origins.map(({ name }) => name)).toEqual([file, `${file}-wal`]);
      } finally {
        await holder.release();
      }
    }));

  it('pipeline/sources/sqlite/sqlite-tables: a file that is written to between two tables is refused', () =>
    reading(async (tables, database, file) => {
      const request = { location: inTable('flat'), columns: columnsAs('scalar', 'id') };
      await tables.attach(database, { ...request, target: 'before' });
      await runSqlite(file, "INSERT INTO flat VALUES ('late', 3)");
      expect(await failure(tables.attach(database, { ...request, target: 'after' }))).toMatchObject({
        code: 'DATA_INVALID',
        message: expect.stringContaining('written to while its tables were read'),
        hint: expect.stringContaining('.backup'),
      });
    }));

  it('pipeline/sources/sqlite/sqlite-tables: reading changes nothing, and a query can not write', () =>
    reading(async (tables, database, file) => {
      const before = await stat(file);
      const columns = columnsAs('scalar', 'id');
      await tables.attach(database, { target: 'raw', location: inTable('flat'), columns });
      for (const query of ['DELETE FROM flat RETURNING id', "INSERT INTO flat VALUES ('x', 9) RETURNING id"]) {
        expect(
          await failure(tables.attach(database, { target: 'x', location: inQuery(query), columns })),
        ).toMatchObject({
          code: 'DATA_INVALID',
          hint: expect.stringContaining('one SELECT that only reads'),
        });
      }
      const after = await stat(file);
      expect([after.mtimeMs, after.size]).toEqual([before.mtimeMs, before.size]);
    }));

  it.each([
    [
      'a missing table',
      inTable('flats'),
      'id',
      'no such table: flats',
      'The database has: My.Users, flat, ids, latin.',
    ],
    ['a missing column', inTable('flat'), 'nope', 'no such column', 'flat has: id, value.'],
    ['a missing column of a query', inQuery('SELECT 1 AS one'), 'id', 'no such column', 'the query has: one.'],
    ['broken SQL', inQuery('SELEC 1'), 'id', 'syntax error', 'Correct the table'],
    ['text that is not UTF-8', inTable('latin'), 'text', 'a text is not UTF-8', 'Store texts as UTF-8'],
  ])('pipeline/sources/sqlite/sqlite-tables: %s is told with what there is', (_what, location, column, message, hint) =>
    reading(async (tables, database, file) => {
      expect(
        await failure(tables.attach(database, { target: 'raw', location, columns: columnsAs('scalar', column) })),
      ).toMatchObject({
        code: 'DATA_INVALID',
        message: expect.stringMatching(new RegExp(`^SQLite database .*${message}`)),
        hint: expect.stringContaining(hint),
      });
      expect(
        (await database.rows('list', 'SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()'))
          .length,
      ).toBe(0);
      expect((await stat(file)).isFile()).toBe(true);
    }),
  );

  it('pipeline/sources/sqlite/sqlite-tables: a locked database is told as such, and read once it is free', () =>
    reading(async (tables, database, file) => {
      const request = { target: 'raw', location: inTable('flat'), columns: columnsAs('scalar', 'id') };
      const holder = await holdSqlite(file, 'BEGIN EXCLUSIVE');
      try {
        expect(await failure(tables.attach(database, request))).toMatchObject({
          code: 'SERVICE_UNREACHABLE',
          message: expect.stringContaining('database is locked'),
        });
      } finally {
        await holder.release();
      }
      await tables.attach(database, request);
    }));

  it('pipeline/sources/sqlite/sqlite-tables: what is no database is refused by its kind', () =>
    withDuckdb(async (database, folder) => {
      const text = join(folder, 'notes.txt');
      await writeFile(text, 'id,name\n1,two\n'.repeat(100));
      await mkdir(join(folder, 'place'));
      await writeFile(join(folder, 'empty.db'), '');
      const read = (name: string): Promise<TtExpError> => {
        const tables = createSqliteTables({ path: join(folder, name), extension: async () => extension });
        const columns = columnsAs('scalar', 'id');
        return failure(
          tables.attach(database, { target: 'raw', location: inTable('t'), columns }).finally(tables.close),
        );
      };
      expect(await read('nowhere.db')).toMatchObject({
        code: 'SOURCE_NOT_FOUND',
        exitCode: 66,
        message: expect.stringContaining('there is no such file'),
      });
      expect(await read('place')).toMatchObject({ code: 'SOURCE_NOT_FOUND' });
      expect(await read('notes.txt')).toMatchObject({
        code: 'DATA_INVALID',
        message: expect.stringContaining('of another kind'),
      });
      expect(await read('empty.db')).toMatchObject({
        code: 'DATA_INVALID',
        hint: expect.stringContaining('has: nothing'),
      });
    }));

  it('pipeline/sources/sqlite/sqlite-tables: an extension that can not be loaded is told as such', () =>
    withDuckdb(async (database, folder) => {
      const file = join(folder, 'app.db');
      await runSqlite(file, 'CREATE TABLE t (id TEXT)');
      const broken = join(folder, 'sqlite_scanner.duckdb_extension');
      await writeFile(broken, 'no library');
      const tables = createSqliteTables({ path: file, extension: async () => broken });
      const error = await failure(
        tables.attach(database, { target: 'raw', location: inTable('t'), columns: columnsAs('scalar', 'id') }),
      );
      expect(error).toMatchObject({ code: 'PROVISION_FAILED', hint: expect.stringContaining(broken) });
    }));

  const TIMES = [
    ...['2025-01-31 11:59:59', '2025-01-31T11:59:59.999999Z', '2025-01-31 12:00:00', '2025-01-31 12:00:00.000001+00'],
    ...[
      '2024-02-29 00:00:00+00:00',
      '2025-02-29 00:00:00',
      '2024-13-01 00:00:00',
      '2024-01-01',
      '2024-01-01 00:00:00+02:00',
      'soon',
    ],
  ];
  const AT = '2025-01-31T12:00:00.000000Z';

  it('pipeline/sources/sqlite/sqlite-tables: since leaves out what is surely older, and counts it', () =>
    reading(async (tables, database, file) => {
      const values = TIMES.map(
        (time, index) => `(${index}, '${time}', ${1_738_324_798 + index}, ${(1_738_324_798 + index) * 1000})`,
      );
      await runSqlite(
        file,
        `CREATE TABLE events (id INTEGER, time TEXT, s INTEGER, ms REAL); INSERT INTO events VALUES ${values.join(', ')}, (99, NULL, NULL, NULL)`,
      );
      const location = inTable('events');
      const idsSince = async (column: string, unit: 'text' | 's' | 'ms'): Promise<readonly unknown[]> => {
        const since = { column, unit, at: AT };
        const target = `since_${column}`;
        await tables.attach(database, { target, location, columns: columnsAs('scalar', 'id'), since });
        const rows = await database.rows('read', `SELECT id FROM ${target} ORDER BY id::INTEGER`);
        expect(await tables.countOlder?.(database, location, since)).toBe(TIMES.length + 1 - rows.length);
        return rows.map(({ id }) => id);
      };
      expect(await idsSince('time', 'text')).toEqual(['2', '3', '5', '6', '7', '8', '9', '99']);
      expect(await idsSince('s', 's')).toEqual(['2', '3', '4', '5', '6', '7', '8', '9', '99']);
      expect(await idsSince('ms', 'ms')).toEqual(['2', '3', '4', '5', '6', '7', '8', '9', '99']);
    }));

  it('services/duckdb-extensions/sqlite-extension: a package index that does not answer is told, and nothing half is left', () =>
    withDuckdb(async (_database, folder) => {
      const request = {
        cacheFolder: folder,
        provisionFolder: PROVISION_FOLDER,
        environment: {
          PATH: process.env.PATH,
          PIP_INDEX_URL: 'http://user:hidden@127.0.0.1:1/simple',
          PIP_RETRIES: '0',
        },
        progress: () => undefined,
      };
      const error = await failure(ensureSqliteExtension(request));
      expect(error).toMatchObject({ code: 'PROVISION_FAILED', hint: expect.stringContaining('HTTPS_PROXY') });
      expect(JSON.stringify([error.message, error.details])).not.toContain('hidden');
      const left = await readdir(folder, { recursive: true, withFileTypes: true });
      expect(left.filter((entry) => entry.isFile() && !entry.name.endsWith('.json'))).toEqual([]);
    }));
});
