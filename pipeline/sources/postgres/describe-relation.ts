/** Asks Postgres for the types of columns, and where something is missing for what there is instead. */
import { TtExpError } from '../../../contracts/errors.ts';
import type { PostgresSession } from './postgres-session.ts';
import { type ColumnType, quoteName, type Relation } from './relation.ts';

export interface RelationDescription {
  /** One for each of the columns that were asked for. */
  readonly types: readonly ColumnType[];
  /** Whether rows have a ctid: those of tables and materialised views. */
  readonly hasRowAddress: boolean;
}

const MOST_NAMES = 40;
const UNDEFINED_TABLE = ['42P01', '3F000'];
const UNDEFINED_COLUMN = '42703';

const TABLES_SQL = `
  SELECT CASE WHEN pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname END AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
    AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
  ORDER BY 1 LIMIT ${MOST_NAMES + 1}`;

const TYPES_SQL =
  'SELECT oid::text AS oid, typname, typcategory::text AS category FROM pg_type WHERE oid = ANY($1::oid[])';

/** Whoever may read only some columns may not read the address. */
const ROW_ADDRESS_SQL = `
  SELECT relkind IN ('r', 'm') AND has_table_privilege(oid, 'SELECT') AS has_row_address
  FROM pg_class WHERE oid = to_regclass($1)`;

const listed = (names: readonly string[]): string =>
  names.length === 0 ? 'none' : names.slice(0, MOST_NAMES).join(', ') + (names.length > MOST_NAMES ? ', …' : '');

const stateOf = (error: unknown): string =>
  error instanceof TtExpError && typeof error.details.sqlState === 'string' ? error.details.sqlState : '';

/** After an error a transaction refuses everything; rolled back to the savepoint it continues, with its snapshot. */
const attempt = async <T>(
  session: PostgresSession,
  work: () => Promise<T>,
  explain: (error: TtExpError) => Promise<TtExpError>,
) => {
  await session.query({ what: 'set a savepoint' }, 'SAVEPOINT before_attempt');
  try {
    const result = await work();
    await session.query({ what: 'release the savepoint' }, 'RELEASE SAVEPOINT before_attempt');
    return result;
  } catch (error) {
    if (!(error instanceof TtExpError) || stateOf(error) === '') {
      throw error;
    }
    await session.query({ what: 'go back to the savepoint' }, 'ROLLBACK TO SAVEPOINT before_attempt').catch(() => {
      throw error;
    });
    throw await explain(error);
  }
};

const withHint = (error: TtExpError, hint: string): TtExpError =>
  new TtExpError(error.code, error.message, { hint, details: error.details });

const columnsOf = async (session: PostgresSession, relation: Relation): Promise<readonly string[]> => {
  const { fields } = await session.query(
    { what: `look at ${relation.name}`, relation },
    `SELECT * FROM ${relation.sql} LIMIT 0`,
  );
  return fields.map(({ name }) => name);
};

/** What there is, as the hint. Whoever may not see it gets the error as it was. */
const explainMissing = async (session: PostgresSession, relation: Relation, error: TtExpError): Promise<TtExpError> => {
  if (UNDEFINED_TABLE.includes(stateOf(error))) {
    const { rows } = await session.query({ what: 'list the tables' }, TABLES_SQL);
    return withHint(
      error,
      `Correct ${relation.name} in data.source; the database has: ${listed(rows.map(({ name }) => String(name)))}.`,
    );
  }
  if (stateOf(error) === UNDEFINED_COLUMN) {
    const columns = await attempt(
      session,
      () => columnsOf(session, relation),
      async (second) => second,
    ).catch(() => null);
    if (columns !== null) {
      return withHint(error, `Correct the column in data.source; ${relation.name} has: ${listed(columns)}.`);
    }
  }
  return error;
};

const hasRowAddress = async (session: PostgresSession, table: string): Promise<boolean> => {
  const { rows } = await session.query({ what: 'look up the table' }, ROW_ADDRESS_SQL, [table]);
  return rows[0]?.has_row_address === true;
};

/** Throws DATA_INVALID, naming what there is, where the relation or a column is missing or may not be read. */
export const describeRelation = async (
  session: PostgresSession,
  relation: Relation,
  columns: readonly string[],
): Promise<RelationDescription> => {
  const { fields } = await attempt(
    session,
    () => {
      const selected = columns.map(quoteName).join(', ');
      return session.query(
        { what: `read ${relation.name}`, relation },
        `SELECT ${selected} FROM ${relation.sql} LIMIT 0`,
      );
    },
    (error) => explainMissing(session, relation, error),
  );
  const ids = fields.map(({ dataTypeID }) => String(dataTypeID));
  const { rows } = await session.query({ what: 'look up types' }, TYPES_SQL, [ids]);
  const types = new Map(
    rows.map(({ oid, typname, category }) => [String(oid), { name: String(typname), category: String(category) }]),
  );
  return {
    types: ids.map((id) => types.get(id) ?? { name: id, category: '' }),
    hasRowAddress: relation.table !== null && (await hasRowAddress(session, relation.table)),
  };
};
