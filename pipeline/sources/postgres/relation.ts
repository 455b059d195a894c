/** A table, view or query of Postgres: its columns, and the COPY statement that gives them as text. */
import { TtExpError } from '../../../contracts/errors.ts';
import type { ResolvedLocation } from '../../../contracts/resolved-config.ts';
import type { RawColumn } from '../raw-tables.ts';

export interface Relation {
  /** For messages: the table as the config writes it, or `the query`. */
  readonly name: string;
  /** Goes after FROM. */
  readonly sql: string;
  /** For to_regclass; null for a query. */
  readonly table: string | null;
}

/** Of a column: what Postgres' catalogue says about its type. */
export interface ColumnType {
  /** As in pg_type: text, _text, float4, jsonb, vector, … */
  readonly name: string;
  /** As in pg_type: A array, B boolean, D date or time, N number, S string, … */
  readonly category: string;
}

/** Of a column about which nothing is known: its text is taken as it comes. */
export const UNKNOWN_TYPE: ColumnType = { name: '', category: '' };

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** `schema.name`, each part optionally in double quotes; case matters even without quotes. */
const tableParts = (table: string): readonly string[] => {
  const parts = [...table.matchAll(/\s*(?:"((?:[^"]|"")+)"|([^".]+?))\s*(\.|$)/gy)];
  const matched = parts.reduce((length, [text]) => length + text.length, 0);
  if (parts.length === 0 || parts.length > 3 || matched !== table.length || parts.at(-1)?.[3] === '.') {
    throw new TtExpError(
      'DATA_INVALID',
      `data.source: got the table name ${JSON.stringify(table)}, expected name or schema.name`,
      {
        hint: 'Write a name with dots or quotes in double quotes: "my.schema"."my table".',
      },
    );
  }
  return parts.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
};

/** Throws DATA_INVALID where the location names neither a table nor a query. */
export const relationOf = ({ table, query }: ResolvedLocation): Relation => {
  if (table !== undefined) {
    const sql = tableParts(table).map(quoteName).join('.');
    return { name: table, sql, table: sql };
  }
  if (query !== undefined) {
    // On lines of its own: the query may end in a comment.
    return { name: 'the query', sql: `(\n${query.replace(/;\s*$/, '')}\n) AS query`, table: null };
  }
  throw new TtExpError('DATA_INVALID', 'data.source: each table needs "table" or "query", and got neither', {
    hint: 'Add "table": "schema.name" or "query": "SELECT …".',
  });
};

/** As text that a CSV file of the same rows would hold; lists and vectors as JSON. */
const textExpression = ({ column, as }: RawColumn, { name, category }: ColumnType): string => {
  const quoted = quoteName(column);
  if (category === 'A' && as !== 'scalar') {
    return `to_json(${quoted})::text`;
  }
  // COPY writes t and f, and pads char(n).
  return category === 'B' || name === 'bpchar' ? `${quoted}::text` : quoted;
};

export interface CopyRequest {
  readonly relation: Relation;
  readonly columns: readonly RawColumn[];
  /** One for each column. */
  readonly types: readonly ColumnType[];
  /** Whether rows have an address (ctid), which then comes as the last column. */
  readonly hasRowAddress: boolean;
  /** Rows of which this is true are left out. */
  readonly leftOut: string | null;
}

export const copySql = ({ relation, columns, types, hasRowAddress, leftOut }: CopyRequest): string => {
  const expressions = columns.map((column, index) => textExpression(column, types[index] ?? UNKNOWN_TYPE));
  const selected = [...expressions, ...(hasRowAddress ? ['ctid'] : [])].join(', ');
  const where = leftOut === null ? '' : ` WHERE (${leftOut}) IS NOT TRUE`;
  return `COPY (SELECT ${selected} FROM ${relation.sql}${where}) TO STDOUT (FORMAT csv, ENCODING 'UTF8')`;
};
