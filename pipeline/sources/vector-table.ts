/** Embeddings and true factors: vectors of a fixed length, one an id. */
import { LARGEST_EMBEDDED } from '../../contracts/embedding-bound.ts';
import type { ResolvedLocation } from '../../contracts/resolved-config.ts';
import type { Database } from '../duckdb/database.ts';
import { type FoundProblem, findProblems, plainText, type RowProblem, usableSql } from './bad-values.ts';
import { columnTypes, hasValue, quoteName, type TypedColumn, textSql, vectorSql } from './column-sql.ts';
import type { Side } from './entity-table.ts';
import { refuseMergedIds } from './id-problems.ts';
import type { RawTables } from './raw-tables.ts';

export interface VectorRequest {
  readonly side: Side;
  /** Table to be created: `user_embeddings`. */
  readonly target: string;
  /** Its second column. */
  readonly name: string;
  /** null: the vectors lie in the entity table, attached as `raw_users` or `raw_items`. */
  readonly from: ResolvedLocation | null;
  readonly id: string;
  readonly column: string;
  /** null: the length of the longest one. */
  readonly dim: number | null;
}

const longest = async (database: Database, table: string, vector: string): Promise<number> => {
  const [row] = await database.rows(
    `measure the vectors of ${table}`,
    `SELECT coalesce(max(len(${vector})), 0)::INTEGER AS dim FROM ${quoteName(table)} AS raw`,
  );
  return Number(row?.dim);
};

/** Creates the table of all usable vectors of known entities; returns what was wrong with the others. */
export const loadVectors = async (
  database: Database,
  tables: RawTables,
  request: VectorRequest,
): Promise<readonly FoundProblem[]> => {
  const { side, target, name, from, id, column } = request;
  const raw = from === null ? `raw_${side}s` : `raw_${target}`;
  if (from !== null) {
    await tables.attach(database, {
      target: raw,
      location: from,
      columns: [
        { column: id, as: 'id' },
        { column, as: 'vector' },
      ],
    });
  }
  const types = await columnTypes(database, raw);
  const typed = (wanted: string): TypedColumn => ({
    sql: `raw.${quoteName(wanted)}`,
    type: types.get(wanted) ?? 'VARCHAR',
  });
  if (from !== null) {
    await refuseMergedIds(database, `${quoteName(raw)} AS raw`, [{ name: id, column: typed(id) }]);
  }
  const vector = vectorSql(typed(column));
  const dim = request.dim ?? (await longest(database, raw, vector));
  const isGiven = hasValue(typed(column));
  const problems: RowProblem[] = [
    { when: `${isGiven} AND ${textSql(typed(id))} IS NULL`, text: plainText(`${name} without an id`) },
    { when: `${isGiven} AND ${vector} IS NULL`, text: plainText(`${name} is not a list of numbers`) },
    {
      when: `${isGiven} AND len(${vector}) <> ${dim}`,
      text: `'${name} of ' || len(${vector}) || ' numbers, expected ${dim}'`,
    },
    {
      when: `${isGiven} AND len(list_filter(${vector}, lambda number: number IS NULL OR NOT isfinite(number))) > 0`,
      text: plainText(`${name} with NaN or infinity`),
    },
    {
      when: `${isGiven} AND len(list_filter(${vector}, lambda number: isfinite(number) AND abs(number) > ${LARGEST_EMBEDDED})) > 0`,
      text: plainText(`${name} with a number beyond ±${LARGEST_EMBEDDED}`),
    },
  ];
  const found = await findProblems(database, `${quoteName(raw)} AS raw`, problems);
  await database.run(
    `read ${target}`,
    `CREATE TABLE ${target} AS
      SELECT ${side}_id, any_value(${name})::FLOAT[${Math.max(1, dim)}] AS ${name}
      FROM (SELECT DISTINCT ${textSql(typed(id))} AS ${side}_id, ${vector} AS ${name} FROM ${quoteName(raw)} AS raw
        WHERE ${isGiven} AND ${usableSql(problems)})
      SEMI JOIN ${side}s USING (${side}_id) GROUP BY ${side}_id HAVING count(*) = 1`,
  );
  const repeated = await database.rows(
    `find ${target} used twice`,
    `SELECT ${side}_id AS id, count(*) OVER () AS id_count FROM (SELECT DISTINCT ${textSql(typed(id))} AS ${side}_id, ${vector} AS ${name}
        FROM ${quoteName(raw)} AS raw WHERE ${isGiven} AND ${usableSql(problems)})
      GROUP BY ${side}_id HAVING count(*) > 1 ORDER BY ${side}_id LIMIT 5`,
  );
  return repeated.length === 0
    ? found
    : [
        ...found,
        {
          problem: `several ${name}s for one id`,
          count: Number(repeated[0]?.id_count),
          examples: repeated.map((row) => String(row.id)),
        },
      ];
};
