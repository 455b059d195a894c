import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../pipeline/duckdb/database.ts';
import { createPostgresTables } from '../../../pipeline/sources/postgres/postgres-tables.ts';
import type { RawTables } from '../../../pipeline/sources/raw-tables.ts';
import { startPostgres, type TestPostgres } from '../../support/postgres.ts';
import { columnsAs, inQuery, inTable, withDuckdb } from '../../support/raw-tables.ts';

const SCHEMA = `
  CREATE SCHEMA app;
  CREATE TABLE app."My Users" (
    "Id" text, bio text, skills text[], is_open boolean, small float4[], large float8[], tags jsonb,
    seen timestamptz, born date, code char(4), age integer, score numeric(6, 2), ratio float8, level integer[]);
  INSERT INTO app."My Users" VALUES
    ('u1', E'two\\nlines, "quoted"', '{a,"b c",NULL,"x,y"}', true, '{0.1,1e-30}', '{0.30000000000000004}', '["q", 1]',
     '2026-01-01 12:00:00.123456+05', '1990-02-03', 'ab', 7, 1.5, 0.1, '{1,2}'),
    ('', '', '{}', false, '{}', NULL, '{}', '2026-07-01 00:00:00 America/New_York', NULL, NULL, NULL, 'NaN', 1e300, NULL),
    (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
  CREATE VIEW app.ids AS SELECT "Id" AS id FROM app."My Users";
  CREATE TABLE first_table AS SELECT 'old' AS value;
  CREATE TABLE second_table AS SELECT 'old' AS value;`;

describe('pipeline/postgres-tables', () => {
  let postgres: TestPostgres;

  beforeAll(async () => {
    postgres = await startPostgres();
    await postgres.sql(SCHEMA);
  });

  afterAll(async () => {
    await postgres?.stop();
  });

  const reading = <T>(
    use: (tables: RawTables, database: Database, workFolder: string) => Promise<T>,
    environment: Readonly<Record<string, string>> = { DATABASE_URL: postgres.url() },
  ): Promise<T> =>
    withDuckdb(async (database, folder) => {
      const tables = createPostgresTables({
        source: { url_env: 'DATABASE_URL', timeout_seconds: 60 },
        environment,
        workFolder: join(folder, 'work'),
      });
      try {
        return await use(tables, database, join(folder, 'work'));
      } finally {
        await tables.close();
      }
    });

  it('pipeline/sources/postgres/postgres-tables: every value is its text; no value and the empty text are two things', () =>
    reading(async (tables, database, workFolder) => {
      await tables.attach(database, {
        target: 'raw',
        location: inTable('app.My Users'),
        columns: [
          ...columnsAs('scalar', 'Id', 'bio', 'is_open', 'seen', 'born', 'code', 'age', 'score', 'ratio'),
          ...columnsAs('list', 'skills', 'tags', 'level'),
          ...columnsAs('vector', 'small', 'large'),
        ],
      });
      expect(await database.rows('read', 'SELECT * FROM raw ORDER BY place')).toEqual([
        {
          Id: 'u1',
          bio: 'two\nlines, "quoted"',
          is_open: 'true',
          seen: '2026-01-01 07:00:00.123456+00',
          born: '1990-02-03',
          code: 'ab',
          age: '7',
          score: '1.50',
          ratio: '0.1',
          skills: '["a","b c",null,"x,y"]',
          tags: '["q", 1]',
          level: '[1,2]',
          small: '[0.1,1e-30]',
          large: '[0.30000000000000004]',
          place: 'app.My Users ctid (0,1)',
        },
        {
          ...{ Id: '', bio: '', is_open: 'false', seen: '2026-07-01 04:00:00+00', born: null, code: null, age: null },
          ...{ score: 'NaN', ratio: '1e+300', skills: '[]', tags: '{}', level: null, small: '[]', large: null },
          place: 'app.My Users ctid (0,2)',
        },
        {
          ...{ Id: null, bio: null, is_open: null, seen: null, born: null, code: null, age: null, score: null },
          ...{ ratio: null, skills: null, tags: null, level: null, small: null, large: null },
          place: 'app.My Users ctid (0,3)',
        },
      ]);
      const types = await database.rows('describe', 'SELECT DISTINCT column_type FROM (DESCRIBE raw)');
      expect(types).toEqual([{ column_type: 'VARCHAR' }]);
      expect(await readdir(workFolder)).toEqual([]);
    }));

  it('pipeline/sources/postgres/postgres-tables: views and queries are read, with a comment at the end too', () =>
    reading(async (tables, database) => {
      await tables.attach(database, {
        target: 'seen',
        location: inTable('app.ids'),
        columns: columnsAs('scalar', 'id'),
      });
      const query = `SELECT "Id" AS id, age * 2 AS twice FROM app."My Users" WHERE age > 1 -- those only`;
      await tables.attach(database, {
        target: 'asked',
        location: inQuery(query),
        columns: columnsAs('scalar', 'twice', 'id'),
      });
      expect(
        await database.rows('count', 'SELECT count(*)::INTEGER AS n, count(id)::INTEGER AS ids FROM seen'),
      ).toEqual([{ n: 3, ids: 2 }]);
      expect(await database.rows('read', 'SELECT * FROM asked')).toEqual([
        { twice: '14', id: 'u1', place: 'the query row 1' },
      ]);
    }));

  it('pipeline/sources/postgres/postgres-tables: all tables come out of one snapshot', () =>
    reading(async (tables, database) => {
      const columns = columnsAs('scalar', 'value');
      await tables.attach(database, { target: 'one', location: inTable('first_table'), columns });
      await postgres.sql("INSERT INTO first_table VALUES ('new'); INSERT INTO second_table VALUES ('new')");
      await tables.attach(database, { target: 'two', location: inTable('second_table'), columns });
      expect(await database.rows('read', 'SELECT value FROM two')).toEqual([{ value: 'old' }]);
    }));

  it('pipeline/sources/postgres/postgres-tables: line breaks that look like rows stay within their value, over many buffers', () =>
    reading(async (tables, database) => {
      // Almost all bytes are within such a value, so that every buffer begins in one.
      const query = `
        SELECT i AS id, CASE i % 4 WHEN 0 THEN repeat(E'\\n7,fake,so', 40000) || i WHEN 1 THEN '' WHEN 2 THEN NULL ELSE E'a\\r\\nb' END AS note,
          repeat('y', 80) || i AS filling
        FROM generate_series(1, 400) AS series(i)`;
      await tables.attach(database, {
        target: 'notes',
        location: inQuery(query),
        columns: columnsAs('scalar', 'id', 'note', 'filling'),
      });
      const [counts] = await database.rows(
        'count',
        `SELECT count(*)::INTEGER AS n, count(DISTINCT id)::INTEGER AS ids, count(*) FILTER (note = '')::INTEGER AS blank,
           count(*) FILTER (note IS NULL)::INTEGER AS missing, count(*) FILTER (note = 'a' || chr(13) || chr(10) || 'b')::INTEGER AS breaks,
           count(*) FILTER (note = repeat(chr(10) || '7,fake,so', 40000) || id)::INTEGER AS long,
           count(*) FILTER (filling = repeat('y', 80) || id)::INTEGER AS whole FROM notes`,
      );
      expect(counts).toEqual({ n: 400, ids: 400, blank: 100, missing: 100, breaks: 100, long: 100, whole: 400 });
    }));

  it('pipeline/sources/postgres/postgres-tables: connects through a socket, by PG variables, and reads other encodings as UTF-8', async () => {
    await postgres.sql("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
    await postgres.sql("CREATE TABLE names AS SELECT 'Amélie' AS name", 'latin');
    const { socketFolder, port, user, password } = postgres;
    await reading(
      async (tables, database) => {
        await tables.attach(database, {
          target: 'names',
          location: inTable('names'),
          columns: columnsAs('scalar', 'name'),
        });
        expect(await database.rows('read', 'SELECT name FROM names')).toEqual([{ name: 'Amélie' }]);
      },
      { PGHOST: socketFolder, PGPORT: String(port), PGUSER: user, PGPASSWORD: password, PGDATABASE: 'latin' },
    );
  });

  it('pipeline/sources/postgres/postgres-tables: leaves no connection behind, and never writes', async () => {
    await reading((tables, database) =>
      tables.attach(database, {
        target: 'one',
        location: inTable('first_table'),
        columns: columnsAs('scalar', 'value'),
      }),
    );
    const left = await postgres.sql(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'tt-exp'",
    );
    expect(left.rows).toEqual([{ n: 0 }]);
  });

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

  it('pipeline/sources/postgres/postgres-tables: since leaves out what is surely older, and counts it', async () => {
    const texts = TIMES.map((time, id) => `(${id}, '${time}')`).join(', ');
    await postgres.sql(`
      CREATE TABLE events AS
        SELECT id, time AS text, to_timestamp(1738324798 + id) AS zoned, to_timestamp(1738324798 + id) AT TIME ZONE 'UTC' AS plain,
          (to_timestamp(1738324798 + id * 43200) AT TIME ZONE 'UTC')::date AS day, 1738324798 + id AS s,
          (1738324798 + id) * 1000::float8 AS ms, ((1738324798 + id) * 1000000::bigint)::numeric AS us, ARRAY[id] AS list
        FROM (VALUES ${texts}) AS given(id, time);
      INSERT INTO events (id) VALUES (99)`);
    const newest = ['2', '3', '4', '5', '6', '7', '8', '9', '99'];
    const all = ['0', '1', ...newest];
    const expected = [
      ['text', 'text', ['2', '3', '5', '6', '7', '8', '9', '99']],
      ['zoned', 'text', newest],
      ['plain', 'text', newest],
      // Midnight of the 31st of January is before its noon.
      ['day', 'text', newest],
      ['s', 's', newest],
      ['ms', 'ms', newest],
      ['us', 'us', newest],
      ['text', 's', all],
      ['list', 'text', all],
    ] as const;
    await reading(async (tables, database) => {
      for (const [index, [column, unit, ids]] of expected.entries()) {
        const since = { column, unit, at: '2025-01-31T12:00:00.000000Z' };
        const target = `since_${index}`;
        await tables.attach(database, {
          target,
          location: inTable('events'),
          columns: columnsAs('scalar', 'id'),
          since,
        });
        const rows = await database.rows('read', `SELECT id FROM ${target} ORDER BY id::INTEGER`);
        expect(
          rows.map(({ id }) => id),
          `${column} ${unit}`,
        ).toEqual(ids);
        expect(await tables.countOlder?.(database, inTable('events'), since)).toBe(TIMES.length + 1 - ids.length);
      }
      const origins = await tables.describe();
      expect(origins).toEqual([{ name: `Postgres at 127.0.0.1:${postgres.port}, database postgres: events` }]);
    });
  });
});
