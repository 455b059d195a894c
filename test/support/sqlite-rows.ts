/** Rows as statements of SQLite: columns take values of any type, lists are JSON. */
import type { Row } from './files-source.ts';

const literal = (value: Row[string]): string => {
  if (value === null || value === undefined) {
    return 'NULL';
  }
  if (typeof value === 'number') {
    return String(value);
  }
  return `'${(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll("'", "''")}'`;
};

export const insertSqliteRows = (table: string, rows: readonly Row[]): string =>
  `INSERT INTO "${table}" VALUES ${rows.map((row) => `(${Object.values(row).map(literal).join(', ')})`).join(', ')};`;

export const createSqliteTable = (table: string, rows: readonly Row[]): string =>
  `CREATE TABLE "${table}" (${Object.keys(rows[0] ?? {})
    .map((column) => `"${column}"`)
    .join(', ')}); ${insertSqliteRows(table, rows)}`;
