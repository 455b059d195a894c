import { describe, expect, it } from 'vitest';
import { appendVectors, readColumns, readNumericColumns, readVectors } from '../../../pipeline/duckdb/columns.ts';
import { type Database, openDatabase } from '../../../pipeline/duckdb/database.ts';

const withDatabase = async (use: (database: Database) => Promise<void>): Promise<void> => {
  const database = await openDatabase({ file: ':memory:', spillFolder: '', memoryLimitMegabytes: 256, threads: 2 });
  try {
    await use(database);
  } finally {
    database.close();
  }
};

describe('pipeline/columns', () => {
  it('reads INTEGER and FLOAT columns over many vectors', () =>
    withDatabase(async (database) => {
      const { int32, float32 } = await readNumericColumns(database, {
        what: 'read',
        sql: 'SELECT i::INTEGER, (i * 2)::INTEGER, (i / 4)::FLOAT FROM range(5000) AS t(i) ORDER BY i',
        int32: 2,
        float32: 1,
      });
      expect(int32.map((column) => column.length)).toEqual([5000, 5000]);
      expect([int32[0]?.[4999], int32[1]?.[4999], float32[0]?.[4999]]).toEqual([4999, 9998, 1249.75]);
    }));

  it('an empty result gives empty arrays', () =>
    withDatabase(async (database) => {
      const sql = 'SELECT 1::INTEGER AS a, 1::FLOAT AS b WHERE false';
      const { int32, float32 } = await readNumericColumns(database, { what: 'read', sql, int32: 1, float32: 1 });
      expect([int32[0]?.length, float32[0]?.length]).toEqual([0, 0]);
    }));

  it('vectors that were appended are read back, over many chunks', () =>
    withDatabase(async (database) => {
      await database.run('create', 'CREATE TABLE v (id VARCHAR, embedding FLOAT[3])');
      const sink = await appendVectors(database, 'v', 3);
      for (let row = 0; row < 4500; row += 1) {
        sink.append(`v${String(row).padStart(5, '0')}`, Float32Array.from([row, row + 0.5, -row]));
      }
      sink.close();
      const { ids, matrix } = await readVectors(database, { what: 'read', sql: 'SELECT * FROM v ORDER BY id', dim: 3 });
      expect(ids).toHaveLength(4500);
      expect(ids[4499]).toBe('v04499');
      expect([...matrix.slice(4499 * 3)]).toEqual([4499, 4499.5, -4499]);
      const [sums] = await database.rows('sum', 'SELECT count(*)::INTEGER AS n, sum(embedding[2])::DOUBLE AS s FROM v');
      // Sum of 0…4499 is 4499·4500/2 = 10,122,750; the halves add 2250.
      expect(sums).toEqual({ n: 4500, s: 10_125_000 });
    }));

  it('a vector of another length is refused', () =>
    withDatabase(async (database) => {
      await database.run('create', 'CREATE TABLE v (id VARCHAR, embedding FLOAT[3])');
      const sink = await appendVectors(database, 'v', 3);
      expect(() => sink.append('x', new Float32Array(2))).toThrow('Vector of x for v has 2 numbers, expected 3');
      sink.close();
    }));

  it('reads any column as values', () =>
    withDatabase(async (database) => {
      const { rowCount, columns } = await readColumns(database, {
        what: 'read',
        sql: "SELECT 'a' AS t, NULL::INTEGER AS n",
      });
      expect([rowCount, columns]).toEqual([1, [['a'], [null]]]);
    }));

  it('an error of DuckDB says what could not be done, in one line', () =>
    withDatabase(async (database) => {
      const failing = readColumns(database, { what: 'read the users', sql: 'SELECT nope FROM range(1)' });
      await expect(failing).rejects.toThrow(/^Could not read the users: Binder Error/);
    }));
});
