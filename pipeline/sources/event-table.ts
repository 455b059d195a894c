/** Interactions: from the source's columns to the canonical table. */
import type { ResolvedEvents } from '../../contracts/resolved-config.ts';
import { type Database, sqlText } from '../duckdb/database.ts';
import { NO_TIME } from '../settings.ts';
import type { Increment } from '../source.ts';
import { type FoundProblem, findProblems, plainText, type RowProblem, usableSql, withValue } from './bad-values.ts';
import {
  columnTypes,
  hasValue,
  numberSql,
  quoteName,
  type TimeReading,
  type TypedColumn,
  textSql,
  timeSql,
} from './column-sql.ts';
import { idProblems, nulProblem, refuseMergedIds } from './id-problems.ts';
import type { RawColumn, RawTables, TimeBound } from './raw-tables.ts';
import { readingOf } from './time-reading.ts';

const TARGET = 'raw_interactions';

/** A column of two roles counts as an id before all, and as a number before a text. */
const rawColumns = ({ id, user, item, time, type, rating, use_case }: ResolvedEvents): readonly RawColumn[] => {
  const as = (kind: RawColumn['as'], names: readonly (string | undefined)[]): readonly [string, RawColumn][] =>
    names.flatMap((column) => (column === undefined ? [] : [[column, { column, as: kind }]]));
  const all = [
    ...as('scalar', [time, type, use_case]),
    ...as('number', [rating?.column]),
    ...as('id', [id, user, item]),
  ];
  return [...new Map(all).values()];
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
        text: withValue('rating is not a number', `coalesce(CAST(${column.sql} AS VARCHAR), '')`),
      },
      { when: `(${number}) < ${lowest}`, text: withValue('rating is below every rule', column.sql) },
    ],
  };
};

const typeOf = (events: ResolvedEvents, typed: (column: string) => TypedColumn): EventSql => {
  if (events.rating !== undefined) {
    return ratingSql(events.rating, typed(events.rating.column));
  }
  if (events.type === undefined) {
    return { sql: sqlText(events.constant_type ?? ''), problems: [] };
  }
  const sql = textSql(typed(events.type));
  return { sql, problems: [nulProblem('type', sql)] };
};

const timeSqlOf = (column: TypedColumn, reading: TimeReading): EventSql => {
  const sql = timeSql(column, reading);
  const expected = 'format' in reading ? `format ${JSON.stringify(reading.format)}` : `unit "${reading.unit}"`;
  return {
    sql,
    problems: [
      { when: `NOT coalesce(${hasValue(column)}, false)`, text: plainText('no time') },
      { when: `(${sql}) IS NULL`, text: withValue(`no time in ${expected}`, column.sql) },
    ],
  };
};

const timeOf = async (
  database: Database,
  events: ResolvedEvents,
  typed: (column: string) => TypedColumn,
  nowMs: number,
): Promise<EventSql & { readonly notes: readonly string[] }> => {
  if (events.time === undefined) {
    return { sql: NO_TIME, problems: [], notes: [] };
  }
  const column = typed(events.time);
  const { reading, notes } = await readingOf(database, events, {
    table: `${TARGET} AS raw`,
    name: events.time,
    column,
    nowMs,
  });
  return { ...timeSqlOf(column, reading), notes };
};

/** From when on rows are wanted; only a unit that is known can be compared at the source. */
const sinceOf = ({ time, time_unit: unit }: ResolvedEvents, { since }: Increment): TimeBound | null =>
  time === undefined || unit === 'auto' ? null : { column: time, unit, at: since };

/** Ids made of the content; equal rows are numbered. */
const CONTENT_ID = `md5(concat_ws('|', user_id, item_id, epoch_us(occurred_at), type, use_case,
  row_number() OVER (PARTITION BY user_id, item_id, occurred_at, type, use_case)))`;

export interface LoadedEvents {
  readonly problems: readonly FoundProblem[];
  /** How the times were read, where the config leaves it open. */
  readonly notes: readonly string[];
}

export interface EventsRequest {
  readonly events: ResolvedEvents;
  /** Of every row, where there is no column for it. */
  readonly useCase: string;
  readonly increment: Increment | null;
  readonly nowMs: number;
}

/** Creates `interactions`. */
export const loadEvents = async (
  database: Database,
  tables: RawTables,
  { events, useCase, increment, nowMs }: EventsRequest,
): Promise<LoadedEvents> => {
  const since = increment === null ? null : sinceOf(events, increment);
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
  const ids = [events.user, events.item, ...(events.id === undefined ? [] : [events.id])];
  await refuseMergedIds(
    database,
    `${TARGET} AS raw`,
    ids.map((name) => ({ name, column: typed(name) })),
  );
  const time = await timeOf(database, events, typed, nowMs);
  const user = textSql(typed(events.user));
  const item = textSql(typed(events.item));
  const type = typeOf(events, typed);
  const id = events.id === undefined ? null : textSql(typed(events.id));
  const problems: RowProblem[] = [
    ...idProblems('user id', typed(events.user)),
    ...idProblems('item id', typed(events.item)),
    ...(events.id === undefined ? [] : idProblems('interaction id', typed(events.id))),
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
  return { problems: found, notes: time.notes };
};

const MOST_PLACES = 5;

/** Places of interactions with one of `values` in `column`, the first ones. */
export const locateValues = async (
  database: Database,
  tables: RawTables,
  events: ResolvedEvents,
  { column, values }: { readonly column: string; readonly values: readonly string[] },
): Promise<readonly string[]> => {
  await tables.attach(database, { target: TARGET, location: events, columns: [{ column, as: 'scalar' }] });
  const type = (await columnTypes(database, TARGET)).get(column) ?? 'VARCHAR';
  const text = textSql({ sql: `raw.${quoteName(column)}`, type });
  const rows = await database.rows(
    'find the places of values',
    `SELECT place, ${text} AS value FROM ${TARGET} AS raw WHERE ${text} IN (${values.map(sqlText).join(', ')}) AND place IS NOT NULL
      ORDER BY regexp_replace(place, '[0-9]+$', ''), TRY_CAST(regexp_extract(place, '[0-9]+$') AS BIGINT), place LIMIT ${MOST_PLACES}`,
  );
  return rows.map(({ place, value }) => `${place}: ${JSON.stringify(value)}`);
};
