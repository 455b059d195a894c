/** What the columns of one file of interactions mean, by their names: a source without a config. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TtExpError } from '../../../contracts/errors.ts';
import type { EventTable, FilesSource, RatingRule } from '../../../contracts/experiment-config.ts';
import type { ResolvedLocation } from '../../../contracts/resolved-config.ts';
import { type Database, openDatabase } from '../../duckdb/database.ts';
import { columnTypes, numberSql, quoteName } from '../column-sql.ts';
import { columnsOfFile, createFilesTables } from './files-tables.ts';

/** The first name that the file has counts; upper case and underscores make no difference. */
const NAMES = {
  user: ['user_id', 'user', 'developer_id', 'uid', 'customer_id', 'visitor_id'],
  item: ['item_id', 'item', 'startup_id', 'movie_id', 'product_id', 'article_id', 'iid'],
  type: ['type', 'event_type', 'interaction_type', 'event', 'action'],
  label: ['label'],
  rating: ['rating', 'score', 'stars'],
  time: ['occurred_at', 'timestamp', 'time', 'created_at', 'event_time', 'datetime', 'date', 'at', 'ts'],
} as const;
type Role = keyof typeof NAMES;

/** A label is taken for the nearest one of the default label table. */
const LABEL_RULES: readonly RatingRule[] = [
  { at_least: 0.95, type: 'apply' },
  { at_least: 0.85, type: 'favorite' },
  { at_least: 0.7, type: 'like' },
  { at_least: 0.5, type: 'click' },
  { at_least: 0.2, type: 'view' },
  { at_least: 0, type: 'dislike' },
];

/** One to five stars. */
const STAR_RULES: readonly RatingRule[] = [
  { at_least: 4.5, type: 'apply' },
  { at_least: 4, type: 'like' },
  { at_least: 3, type: 'view' },
  { at_least: 0, type: 'dislike' },
];

/** What each row of a file is that says no more than who met what. */
const ONLY_TYPE = 'like';

/** What exported samples call those that the pipeline drew itself. */
const DRAWN_TYPE = 'negative_sample';

/** Seconds since 1970 stay below this until the year 5138, milliseconds of any year since 1973 do not. */
const MOST_SECONDS = 1e11;
const MOST_MILLISECONDS = 1e14;

export interface GuessedInteractions {
  readonly source: FilesSource;
  readonly ignoredTypes: readonly string[];
  /** What was taken for what, one sentence each. */
  readonly notes: readonly string[];
}

const plain = (name: string): string => name.toLowerCase().replaceAll('_', '');

const columnFor = (role: Role, columns: readonly string[]): string | undefined =>
  NAMES[role].flatMap((name) => columns.find((column) => plain(column) === plain(name)) ?? [])[0];

const refuse = (file: string, what: string, columns: readonly string[]): TtExpError =>
  new TtExpError(
    'DATA_INVALID',
    `--data ${file}: got the columns ${columns.join(', ') || '(none)'}, expected one for ${what}`,
    {
      hint: 'Rename the column, or name the columns in a config under data.source and give that with --config.',
      details: { columns },
    },
  );

interface Columns extends Readonly<Partial<Record<Role, string>>> {
  readonly user: string;
  readonly item: string;
}

const chooseColumns = (file: string, columns: readonly string[]): Columns => {
  const find = (role: Role): string | undefined => columnFor(role, columns);
  const [user, item] = [find('user'), find('item')];
  if (user === undefined) {
    throw refuse(file, `the user: ${NAMES.user.join(', ')}`, columns);
  }
  if (item === undefined) {
    throw refuse(file, `the item: ${NAMES.item.join(', ')}`, columns);
  }
  const type = find('type');
  const label = type === undefined ? find('label') : undefined;
  const rating = type === undefined && label === undefined ? find('rating') : undefined;
  const time = find('time');
  // A column that is not understood may well say which of the rows are good ones.
  const others = columns.filter((column) => ![user, item, time].includes(column));
  if (type === undefined && label === undefined && rating === undefined && others.length > 0) {
    throw refuse(file, 'what happened: type, label or rating', columns);
  }
  return Object.fromEntries(
    Object.entries({ user, item, type, label, rating, time }).filter(([, column]) => column !== undefined),
  ) as unknown as Columns;
};

/** Greatest number of a column; null where a value of it is no number. */
const greatestNumber = async (database: Database, column: string): Promise<number | null> => {
  const type = (await columnTypes(database, 'guessed')).get(column) ?? 'VARCHAR';
  if (/^(TIMESTAMP|DATE)/.test(type)) {
    return null;
  }
  const number = numberSql({ sql: quoteName(column), type });
  const [row] = await database.rows(
    `look at ${column}`,
    `SELECT max(${number})::DOUBLE AS greatest, count(*) FILTER ((${number}) IS NULL)::INTEGER AS others FROM guessed`,
  );
  return row?.greatest == null || Number(row.others) > 0 ? null : Number(row.greatest);
};

const timeUnit = (greatest: number | null): NonNullable<EventTable['time_unit']> => {
  if (greatest === null) {
    return 'text';
  }
  return greatest < MOST_SECONDS ? 's' : greatest < MOST_MILLISECONDS ? 'ms' : 'us';
};

const rulesFor = (file: string, column: string, greatest: number | null): readonly RatingRule[] => {
  if (greatest !== null && greatest <= 1) {
    return LABEL_RULES;
  }
  if (greatest !== null && greatest <= 5 && plain(column) !== 'label') {
    return STAR_RULES;
  }
  throw new TtExpError(
    'DATA_INVALID',
    `--data ${file}: ${column} has ${greatest === null ? 'values that are no numbers' : `numbers up to ${greatest}`}, expected labels from 0 to 1 or ratings up to 5`,
    { hint: 'Say what each rating stands for in a config: data.source.interactions.rating.' },
  );
};

const hasDrawn = async (database: Database, column: string): Promise<boolean> => {
  const [row] = await database.rows(
    `look at ${column}`,
    `SELECT count(*)::INTEGER AS drawn FROM guessed WHERE CAST(${quoteName(column)} AS VARCHAR) = '${DRAWN_TYPE}'`,
  );
  return Number(row?.drawn) > 0;
};

const guess = async (database: Database, file: string, location: ResolvedLocation): Promise<GuessedInteractions> => {
  const found = chooseColumns(file, await columnsOfFile(database, file, location));
  const { user, item, type, label, rating, time } = found;
  const looked = [type, label, rating, time].flatMap((column) => column ?? []);
  await createFilesTables().attach(database, {
    target: 'guessed',
    location: { ...location, path: file },
    columns: [...new Set(looked)].map((column) => ({ column, as: 'scalar' })),
  });
  const number = label ?? rating;
  const time_unit = time === undefined ? undefined : timeUnit(await greatestNumber(database, time));
  const rules = number === undefined ? [] : rulesFor(file, number, await greatestNumber(database, number));
  const isDrawn = type !== undefined && (await hasDrawn(database, type));
  const isPlain = type === undefined && number === undefined;
  const whatHappened = isPlain
    ? `every row a ${ONLY_TYPE}`
    : type === undefined
      ? `what happened by ${number}`
      : `type ${type}`;
  const ids = { features: { id: { kind: 'id' } } } as const;
  return {
    source: {
      type: 'files',
      users: ids,
      items: ids,
      interactions: {
        path: file,
        user,
        item,
        ...(time === undefined || time_unit === undefined ? {} : { time, time_unit }),
        ...(type === undefined ? {} : { type }),
        ...(isPlain ? { constant_type: ONLY_TYPE } : {}),
        ...(number === undefined ? {} : { rating: { column: number, rules: [...rules] } }),
      },
    },
    ignoredTypes: isDrawn ? [DRAWN_TYPE] : [],
    notes: [
      `${file}: user ${user}, item ${item}, ${whatHappened}, ${time === undefined ? 'no time' : `time ${time}`}`,
      'users and items are known by their ids alone; a config can name features of theirs',
      ...(isDrawn ? [`its rows of type ${DRAWN_TYPE} are left out: new ones are drawn`] : []),
    ],
  };
};

/**
 * Reads the header, and the columns of types, labels and times. Throws SOURCE_NOT_FOUND, DATA_INVALID for a file without
 * the needed columns.
 * @param location how the file is written; its path does not count
 */
export const guessInteractions = async (file: string, location: ResolvedLocation): Promise<GuessedInteractions> => {
  const database = await openDatabase({
    file: ':memory:',
    spillFolder: join(tmpdir(), 'tt-exp-spill'),
    memoryLimitMegabytes: 512,
    threads: 1,
  });
  try {
    return await guess(database, file, location);
  } finally {
    database.close();
  }
};
