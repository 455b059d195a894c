/** Reads users and items, with their fields and text embeddings, in the order of their index. */
import { DuckDBListValue, type DuckDBValue } from '@duckdb/node-api';
import { readColumns, readVectors } from './duckdb/columns.ts';
import type { Database } from './duckdb/database.ts';
import type { EntityRow, FieldValue } from './encoder/encoder.ts';

const fieldOf = (value: DuckDBValue): FieldValue => {
  if (value === null || value === undefined) {
    return null;
  }
  if (value instanceof DuckDBListValue) {
    return value.items.flatMap((item) => (item === null ? [] : [String(item)]));
  }
  return typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : String(value);
};

/**
 * `table` and `embeddings` name a table or view each; `order` the column that gives the row order.
 * Fields are every column but the index.
 */
export const readEntities = async (
  database: Database,
  request: {
    readonly table: string;
    /** null: this side has no texts. */
    readonly embeddings: string | null;
    readonly id: 'user_id' | 'item_id';
    readonly order: 'user_index' | 'item_index';
    readonly textDim: number;
  },
): Promise<readonly EntityRow[]> => {
  const { table, embeddings, id, order, textDim } = request;
  const names = await database.rows(
    `read the columns of ${table}`,
    `SELECT column_name FROM (DESCRIBE ${table}) WHERE column_name <> '${order}'`,
  );
  const fieldNames = names.map((row) => String(row.column_name));
  const { rowCount, columns } = await readColumns(database, {
    what: `read ${table}`,
    sql: `SELECT ${fieldNames.map((name) => `"${name}"`).join(', ')} FROM ${table} ORDER BY ${order}`,
  });
  const vectors =
    embeddings === null
      ? { ids: [], matrix: new Float32Array(0) }
      : await readVectors(database, {
          what: `read ${embeddings}`,
          sql: `SELECT ${id}, embedding FROM ${embeddings} WHERE embedding IS NOT NULL ORDER BY ${id}`,
          dim: textDim,
        });
  const rowOf = new Map(vectors.ids.map((entity, row) => [entity, row]));
  return Array.from({ length: rowCount }, (_, row) => {
    const fields: Record<string, FieldValue> = {};
    fieldNames.forEach((name, column) => {
      fields[name] = fieldOf(columns[column]?.[row] ?? null);
    });
    const entity = String(fields[id]);
    const vector = rowOf.get(entity);
    const embedding = vector === undefined ? null : vectors.matrix.subarray(vector * textDim, (vector + 1) * textDim);
    return { id: entity, fields, embedding };
  });
};
