/** Rows as statements of Postgres, with the column types that a database of one's own would have. */
import type { Row } from './files-source.ts';

const typeOf = (values: readonly Row[string][]): string => {
  const given = values.filter((value) => value !== null && value !== undefined);
  if (given.every((value) => typeof value === 'number')) {
    return given.every(Number.isInteger) ? 'bigint' : 'float8';
  }
  if (given.every((value) => typeof value === 'object')) {
    return given.flat().every((entry) => typeof entry === 'number') ? 'float4[]' : 'text[]';
  }
  return 'text';
};

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const literal = (value: Row[string], type: string): string => {
  if (value === null || value === undefined) {
    return 'NULL';
  }
  if (typeof value === 'object') {
    const entries = value.map((entry) => (typeof entry === 'number' ? String(entry) : quoted(entry)));
    return `ARRAY[${entries.join(', ')}]::${type}`;
  }
  return typeof value === 'number' ? `(${value})::${type}` : quoted(value);
};

export const createPostgresTable = (table: string, rows: readonly Row[]): string => {
  const columns = Object.keys(rows[0] ?? {});
  const types = columns.map((column) => typeOf(rows.map((row) => row[column] ?? null)));
  const values = rows.map(
    (row) => `(${columns.map((column, index) => literal(row[column] ?? null, types[index] ?? 'text')).join(', ')})`,
  );
  return `CREATE TABLE "${table}" (${columns.map((column, index) => `"${column}" ${types[index]}`).join(', ')});
    INSERT INTO "${table}" VALUES ${values.join(', ')};`;
};
