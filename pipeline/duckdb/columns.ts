/**
 * Bulk data between DuckDB and typed arrays, a vector at a time. The fields `items` and `childData` are internal to
 * @duckdb/node-api: they are used in this module only, and a test pins them.
 */
import { ARRAY, DuckDBDataChunk, type DuckDBValue, type DuckDBVector, FLOAT, VARCHAR } from '@duckdb/node-api';
import { TtExpError } from '../../contracts/errors.ts';
import { toDataError } from './data-errors.ts';
import type { Database, SqlParameters } from './database.ts';

const ROWS_PER_CHUNK = 2048;

type NumberArray = Int32Array | Float32Array;

const missingInternals = (what: string): TtExpError =>
  new TtExpError('INTERNAL', `@duckdb/node-api gives no ${what}: expected the version named in package.json`);

/** The buffer of a column, which must be of the same type as `like`. */
const numbersOf = (vector: DuckDBVector, like: NumberArray): NumberArray => {
  const items: unknown = 'items' in vector ? vector.items : undefined;
  if (items instanceof Int32Array && like instanceof Int32Array) {
    return items;
  }
  if (items instanceof Float32Array && like instanceof Float32Array) {
    return items;
  }
  throw missingInternals('INTEGER or FLOAT buffer of a column');
};

const childOf = (vector: DuckDBVector): Float32Array => {
  const child: unknown = 'childData' in vector ? vector.childData : undefined;
  const items: unknown = typeof child === 'object' && child !== null && 'items' in child ? child.items : undefined;
  if (items instanceof Float32Array) {
    return items;
  }
  throw missingInternals('FLOAT buffer of an array column');
};

const forEachChunk = async (
  database: Database,
  what: string,
  sql: string,
  parameters: SqlParameters,
  visit: (chunk: DuckDBDataChunk) => void,
): Promise<void> => {
  try {
    const result = await database.connection.stream(sql, { ...parameters });
    for (
      let chunk = await result.fetchChunk();
      chunk !== null && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    ) {
      visit(chunk);
    }
  } catch (error) {
    throw toDataError(error, what);
  }
};

const joined = (parts: readonly Float32Array[]): Float32Array => {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
};

export interface NumericColumns {
  readonly int32: readonly Int32Array[];
  readonly float32: readonly Float32Array[];
}

/**
 * Reads `int32` INTEGER columns followed by `float32` FLOAT columns. They must not hold NULL: its slots are garbage.
 */
export const readNumericColumns = async (
  database: Database,
  request: {
    readonly what: string;
    readonly sql: string;
    readonly parameters?: SqlParameters;
    readonly int32: number;
    readonly float32: number;
  },
): Promise<NumericColumns> => {
  const parameters = request.parameters ?? {};
  // Arrays of the right size at once: gathering parts and joining them takes as long as the reading.
  const [counted] = await database.rows(
    request.what,
    `SELECT count(*)::BIGINT AS row_count FROM (${request.sql})`,
    parameters,
  );
  const rowCount = Number(counted?.row_count);
  const int32 = Array.from({ length: request.int32 }, () => new Int32Array(rowCount));
  const float32 = Array.from({ length: request.float32 }, () => new Float32Array(rowCount));
  const targets: readonly NumberArray[] = [...int32, ...float32];
  let offset = 0;
  await forEachChunk(database, request.what, request.sql, parameters, (chunk) => {
    targets.forEach((target, column) => {
      target.set(numbersOf(chunk.getColumnVector(column), target).subarray(0, chunk.rowCount), offset);
    });
    offset += chunk.rowCount;
  });
  return { int32, float32 };
};

/** Reads a VARCHAR id and a FLOAT[dim] column; the vectors are rows of one matrix [ids, dim], row-major. */
export const readVectors = async (
  database: Database,
  request: { readonly what: string; readonly sql: string; readonly dim: number },
): Promise<{ readonly ids: readonly string[]; readonly matrix: Float32Array }> => {
  const ids: string[] = [];
  const parts: Float32Array[] = [];
  await forEachChunk(database, request.what, request.sql, {}, (chunk) => {
    for (const id of chunk.getColumnValues(0)) {
      ids.push(String(id));
    }
    parts.push(childOf(chunk.getColumnVector(1)).slice(0, chunk.rowCount * request.dim));
  });
  const matrix = joined(parts);
  if (matrix.length !== ids.length * request.dim) {
    throw new TtExpError(
      'DATA_INVALID',
      `Could not ${request.what}: ${matrix.length} numbers for ${ids.length} vectors, expected ${request.dim} each`,
    );
  }
  return { ids, matrix };
};

/** All values of a result, column by column, as DuckDB values (lists as their items). For entity tables. */
export const readColumns = async (
  database: Database,
  request: { readonly what: string; readonly sql: string },
): Promise<{ readonly rowCount: number; readonly columns: readonly (readonly DuckDBValue[])[] }> => {
  const columns: DuckDBValue[][] = [];
  let rowCount = 0;
  await forEachChunk(database, request.what, request.sql, {}, (chunk) => {
    rowCount += chunk.rowCount;
    for (let column = 0; column < chunk.columnCount; column += 1) {
      const own = columns[column] ?? [];
      columns[column] = own;
      for (const value of chunk.getColumnValues(column)) {
        own.push(value);
      }
    }
  });
  return { rowCount, columns };
};

export interface VectorSink {
  append(id: string, vector: Float32Array): void;
  /** Writes what is left. Must be called once, at the end. */
  close(): void;
}

/** Appends to a table (id VARCHAR, FLOAT[dim]) by filling the chunk's own buffer. */
export const appendVectors = async (database: Database, table: string, dim: number): Promise<VectorSink> => {
  const appender = await database.connection.createAppender(table);
  const types = [VARCHAR, ARRAY(FLOAT, dim)];
  let ids: string[] = [];
  let rows = new Float32Array(ROWS_PER_CHUNK * dim);
  const flush = (): void => {
    if (ids.length === 0) {
      return;
    }
    const chunk = DuckDBDataChunk.create(types, ids.length);
    chunk.setColumnValues(0, ids);
    const vector = chunk.getColumnVector(1);
    childOf(vector).set(rows.subarray(0, ids.length * dim));
    vector.flush();
    appender.appendDataChunk(chunk);
    ids = [];
    rows = new Float32Array(ROWS_PER_CHUNK * dim);
  };
  return {
    append: (id, vector) => {
      if (vector.length !== dim) {
        throw new TtExpError(
          'DATA_INVALID',
          `Vector of ${id} for ${table} has ${vector.length} numbers, expected ${dim}`,
        );
      }
      rows.set(vector, ids.length * dim);
      ids.push(id);
      if (ids.length === ROWS_PER_CHUNK) {
        flush();
      }
    },
    close: () => {
      flush();
      appender.closeSync();
    },
  };
};
