/** Interactions: from the source's columns to the canonical table. */
import type { ResolvedEvents } from '../../contracts/resolved-config.ts';
import { type Database, sqlText } from '../duckdb/database.ts';
import type { Increment } from '../source.ts';
import { type FoundProblem, findProblems, plainText, type RowProblem, usableSql, withValue } from './bad-values.ts';
import { columnTypes, hasValue, numberSql, quoteName, type TypedColumn, textSql, timeSql } from './column-sql.ts';
import type { RawColumn, RawTables } from './raw-tables.ts';

const TARGET = 'raw_interactions';

const rawColumns = ({ id, user, item, time, type, rating, use_case }: ResolvedEvents): readonly RawColumn[] => {
  const names = [id, user, item, time, type, rating?.column, use_case].flatMap((name) =>
    name === undefined ? [] : [name],
  );
  return [...new Set(names)].map((column) => ({ column, as: 'scalar' }));
};

interface EventSql {
  readonly sql: string;
  readonly problems: readonly RowProblem[];
}

/** The highest bound that the rating reaches says the type. */
const ratingSql = (rating: NonNullable<ResolvedEvents['rating']>, column: TypedColumn): EventSql => {
  const number = numberSql(column);
  const rules = rating.rules.toSorted((one, other) => other.at_least - one.at_least);
  const lowest = rules.at(-1)?.at_least ?? 0;
  return {
    sql: `CASE ${rules.map(({ at_least, type }) => `WHEN (${number}) >= ${at_least} THEN ${sqlText(type)}`).join(' ')} END`,
    problems: [
      {
        when: `(${number}) IS NULL`,
        text: withValue('rating is no number', `coalesce(CAST(${column.sql} AS VARCHAR), '')`),
      },
      { when: `(${number}) < ${lowest}`, text: withValue('rating is below every rule', column.sql) },
    ],
  };
};

const typeOf = (events: ResolvedEvents, typed: (column: string) => TypedColumn): EventSql => {
  if (events.rating !== undefined) {
    return ratingSql(events.rating, typed(events.rating.column));
  }
  return {
    sql: events.type === undefined ? sqlText(events.constant_type ?? '') : textSql(typed(events.type)),
    problems: [],
  };
};

const timeOf = ({ time, time_unit }: ResolvedEvents, typed: (column: string) => TypedColumn): EventSql => {
  if (time === undefined) {
    return { sql: "TIMESTAMP '1970-01-01'", problems: [] };
  }
  const sql = timeSql(typed(time), time_unit);
  return {
    sql,
    problems: [
      { when: `NOT coalesce(${hasValue(typed(time))}, false)`, text: plainText('no time') },
      { when: `(${sql}) IS NULL`, text: withValue(`no time in unit "${time_unit}"`, typed(time).sql) },
    ],
  };
};

/** Ids made of the content; equal rows are numbered. */
const CONTENT_ID = `md5(concat_ws('|', user_id, item_id, epoch_us(occurred_at), type, use_case,
  row_number() OVER (PARTITION BY user_id, item_id, occurred_at, type, use_case)))`;

/**
 * Creates `interactions`.
 * @param useCase of every row, where there is no column for it
 */
export const loadEvents = async (
  database: Database,
  tables: RawTables,
  events: ResolvedEvents,
  useCase: string,
  increment: Increment | null,
): Promise<readonly FoundProblem[]> => {
  const { time: timeColumn, time_unit: unit } = events;
  const since =
    increment === null || timeColumn === undefined ? null : { column: timeColumn, unit, at: increment.since };
  await tables.attach(database, {
    target: TARGET,
    location: events,
    columns: rawColumns(events),
    ...(since === null ? {} : { since }),
  });
  const types = await columnTypes(database, TARGET);
  const typed = (column: string): TypedColumn => ({
    sql: `raw.${quoteName(column)}`,
    type: types.get(column) ?? 'VARCHAR',
  });
  const user = textSql(typed(events.user));
  const item = textSql(typed(events.item));
  const type = typeOf(events, typed);
  const time = timeOf(events, typed);
  const id = events.id === undefined ? null : textSql(typed(events.id));
  const problems: RowProblem[] = [
    { when: `${user} IS NULL`, text: plainText('no user id') },
    { when: `${item} IS NULL`, text: plainText('no item id') },
    ...(id === null ? [] : [{ when: `${id} IS NULL`, text: plainText('no interaction id') }]),
    ...time.problems,
    ...type.problems,
  ];
  const found = await findProblems(database, `${TARGET} AS raw`, problems);
  const canonical = `SELECT ${id ?? "''"} AS interaction_id, ${user} AS user_id, ${item} AS item_id, ${type.sql} AS type,
      ${time.sql} AS occurred_at, ${events.use_case === undefined ? sqlText(useCase) : textSql(typed(events.use_case))} AS use_case
    FROM ${TARGET} AS raw
    WHERE ${found.length === 0 ? 'true' : usableSql(problems)}${since === null ? '' : ` AND (${time.sql}) >= TIMESTAMP ${sqlText(since.at)}`}`;
  const rows =
    id === null
      ? `SELECT ${CONTENT_ID} AS interaction_id, user_id, item_id, type, occurred_at, use_case FROM (${canonical})`
      : canonical;
  const all = increment === null ? rows : `${rows} UNION ALL ${increment.olderRows}`;
  await database.run('read interactions', `CREATE ${id === null ? 'TABLE' : 'VIEW'} interactions AS ${all}`);
  return found;
};
