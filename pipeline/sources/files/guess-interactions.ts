/** What the columns of one file of interactions mean, by their names and values: a source without a config. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GuessedInteractions } from '../../../contracts/data-files.ts';
import { TtExpError } from '../../../contracts/errors.ts';
import type { EventTable, FilesSource } from '../../../contracts/experiment-config.ts';
import { MESSAGE } from '../../../contracts/names.ts';
import type { ResolvedLocation } from '../../../contracts/resolved-config.ts';
import { type Database, openDatabase, sqlText } from '../../duckdb/database.ts';
import { columnTypes, hasValue, quoteName } from '../column-sql.ts';
import type { RawColumn } from '../raw-tables.ts';
import { describeReading, findTime, timeRange } from '../time-reading.ts';
import type { Dialect } from './csv-dialect.ts';
import { columnsOfFile, createFilesTables } from './files-tables.ts';
import { type Columns, chooseColumns } from './guess-columns.ts';
import { countLabels, ONLY_TYPE, type Reading, readNumbers } from './guess-ratings.ts';

/** What exported samples call those that the pipeline drew itself. */
const DRAWN_TYPE = 'negative_sample';

const TABLE = 'guessed';

export interface GuessOptions {
  /** How the file is written; its path does not count. */
  readonly location: ResolvedLocation;
  /** Names of the columns of a file without a header. */
  readonly columns: readonly string[] | null;
  readonly nowMs: number;
}

interface TimeGuess {
  readonly mapping: Pick<EventTable, 'time' | 'time_unit' | 'time_format'>;
  readonly text: string;
}

/** The error for times that cannot be read, with the config that would read them. */
const withMapping = (error: TtExpError, source: FilesSource): TtExpError => {
  const formats = error.details.formats;
  const format = Array.isArray(formats) && formats.length > 0 ? String(formats[0]) : '%d.%m.%Y';
  const { time_unit: _, ...interactions } = source.interactions;
  const config = {
    name: 'train',
    data: { source: { ...source, interactions: { ...interactions, time_format: format } } },
  };
  return new TtExpError(error.code, error.message, {
    hint: `${error.hint ?? ''} Give it with --config, a file with: ${JSON.stringify(config)}`.trim(),
    details: error.details,
  });
};

const guessTime = async (
  database: Database,
  name: string | undefined,
  nowMs: number,
  explain: (error: TtExpError) => TtExpError,
): Promise<TimeGuess> => {
  if (name === undefined) {
    return { mapping: {}, text: 'no time' };
  }
  const column = { sql: quoteName(name), type: (await columnTypes(database, TABLE)).get(name) ?? 'VARCHAR' };
  const [first] = await database.rows(`look into ${name}`, `SELECT 1 FROM ${TABLE} WHERE ${hasValue(column)} LIMIT 1`);
  if (first === undefined) {
    return { mapping: {}, text: `no time (${name} is empty)` };
  }
  const time = { table: TABLE, name, column, nowMs };
  const found = await findTime(database, time);
  switch (found.kind) {
    case 'unknown':
      throw explain(found.error);
    case 'years':
      return { mapping: {}, text: `no time (${name} has years, too coarse to order by)` };
    case 'reading': {
      const { reading } = found;
      const range = await timeRange(database, time, reading);
      const how = 'format' in reading ? { time_format: reading.format } : { time_unit: reading.unit };
      return {
        mapping: { time: name, ...how },
        text: `time ${name} (${describeReading(reading)}${range === '' ? '' : `, ${range}`})`,
      };
    }
  }
};

interface ExportedTypes {
  readonly isDrawn: boolean;
  readonly labels: GuessedInteractions['labels'];
}

/** What the column has of the types that only the pipeline itself writes into exported samples. */
const exportedTypes = async (database: Database, column: string | undefined): Promise<ExportedTypes> => {
  if (column === undefined) {
    return { isDrawn: false, labels: {} };
  }
  const labels = countLabels();
  const rows = await database.rows(
    `look at ${column}`,
    `SELECT DISTINCT CAST(${quoteName(column)} AS VARCHAR) AS type FROM ${TABLE} WHERE CAST(${quoteName(column)} AS VARCHAR) IN (${[DRAWN_TYPE, ...Object.keys(labels)].map(sqlText).join(', ')})`,
  );
  const types = new Set(rows.map(({ type }) => String(type)));
  return {
    isDrawn: types.has(DRAWN_TYPE),
    labels: Object.fromEntries(Object.entries(labels).filter(([type]) => types.has(type))),
  };
};

const whatHappened = ({ type }: Columns, reading: Reading | null): Partial<EventTable> & { readonly text: string } => {
  if (type !== undefined) {
    return { type, text: `type ${type}` };
  }
  return { constant_type: ONLY_TYPE, text: reading?.text ?? `every row a ${ONLY_TYPE}` };
};

const sourceOf = (file: string, interactions: Omit<EventTable, 'path'>): FilesSource => {
  const ids = { features: { id: { kind: 'id' } } } as const;
  return { type: 'files', users: ids, items: ids, interactions: { path: file, ...interactions } };
};

const layoutOf = (dialect: Dialect | null): string =>
  dialect === null || dialect.found.length === 0 ? '' : `${dialect.found.join(', ')}; `;

/** Reads the columns into a table. Throws NO_DATA_LOADED for a file without a row. */
const readColumns = async (
  database: Database,
  file: string,
  location: ResolvedLocation,
  columns: readonly RawColumn[],
): Promise<void> => {
  const tables = createFilesTables();
  await tables.attach(database, { target: TABLE, location, columns });
  const [first] = await database.rows(`look into ${file}`, `SELECT 1 FROM ${TABLE} LIMIT 1`);
  if (first === undefined) {
    const broken = await tables.brokenRows(database);
    const lines = broken[0] === undefined ? '' : `; ${broken.length} broken lines, the first is ${broken[0].place}`;
    throw new TtExpError('NO_DATA_LOADED', `${MESSAGE.noDataLoaded}: ${file} has no readable row${lines}`, {
      hint: 'Check that this is the file you mean, and that it is complete.',
    });
  }
};

const guess = async (
  database: Database,
  file: string,
  { location: given, columns: named, nowMs }: GuessOptions,
): Promise<GuessedInteractions> => {
  const csv = named === null ? given.csv : { ...given.csv, columns: [...named] };
  const location = { ...given, csv, path: file };
  const { columns, dialect } = await columnsOfFile(database, file, location);
  if (columns.length === 0) {
    await readColumns(database, file, location, []);
  }
  const found = chooseColumns(file, columns, dialect);
  const number = found.label ?? found.rating ?? found.count;
  await readColumns(database, file, location, [
    ...new Map(
      [found.type, found.time, number].flatMap((column) =>
        column === undefined ? [] : [[column, { column, as: column === number ? 'number' : 'scalar' } as const]],
      ),
    ).values(),
  ]);
  const reading =
    number === undefined
      ? null
      : await readNumbers(database, TABLE, { file, column: number, isCount: found.count !== undefined });
  const { text, ...kind } = whatHappened(found, reading);
  const what = {
    user: found.user,
    item: found.item,
    ...(named === null ? {} : { csv: { columns: [...named] } }),
    ...(reading === null || number === undefined ? kind : { rating: { column: number, rules: [...reading.rules] } }),
  };
  const time = await guessTime(database, found.time, nowMs, (error) =>
    withMapping(error, sourceOf(file, { ...what, ...(found.time === undefined ? {} : { time: found.time }) })),
  );
  const { isDrawn, labels } = await exportedTypes(database, found.type);
  return {
    source: sourceOf(file, { ...what, ...time.mapping }),
    ignoredTypes: isDrawn ? [DRAWN_TYPE] : [],
    labels: reading?.labels ?? labels,
    notes: [
      `${file}: ${layoutOf(dialect)}user ${found.user}, item ${found.item}, ${text}, ${time.text}`,
      'users and items are known by their ids alone; a config can add features',
      ...(isDrawn ? [`its rows of type ${DRAWN_TYPE} are ignored: new ones are drawn`] : []),
    ],
  };
};

/**
 * Reads the header, and the columns of types, numbers and times. Throws SOURCE_NOT_FOUND, NO_DATA_LOADED for
 * a file without a row, DATA_INVALID for one without the needed columns, or with values that are not understood.
 */
export const guessInteractions = async (file: string, options: GuessOptions): Promise<GuessedInteractions> => {
  const database = await openDatabase({
    file: ':memory:',
    spillFolder: join(tmpdir(), 'tt-exp-spill'),
    memoryLimitMegabytes: 512,
    threads: 1,
  });
  try {
    return await guess(database, file, options);
  } finally {
    database.close();
  }
};
