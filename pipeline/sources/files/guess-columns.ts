/** Which column of a file is what, by their names. */
import { TtExpError } from '../../../contracts/errors.ts';
import type { Dialect } from './csv-dialect.ts';
import { refuseRepeatedColumns } from './repeated-columns.ts';

/** The first name that the file has counts; upper case, underscores, hyphens and blanks make no difference. */
const NAMES = {
  user: [
    'user_id',
    'user',
    'developer_id',
    'uid',
    'customer_id',
    'visitor_id',
    'reviewer_id',
    'account_id',
    'member_id',
  ],
  item: [
    'item_id',
    'item',
    'startup_id',
    'movie_id',
    'product_id',
    'article_id',
    'iid',
    // A product, of which an asin is one colour or size.
    'parent_asin',
    'asin',
    'business_id',
    'isbn',
    'book_id',
    'artist_id',
    'track_id',
    'song_id',
    'video_id',
    'news_id',
    'game_id',
    'recipe_id',
    'anime_id',
    'sku',
  ],
  type: ['type', 'event_type', 'interaction_type', 'event', 'action'],
  label: ['label'],
  rating: ['rating', 'score', 'stars', 'overall', 'book_rating', 'user_rating'],
  count: [
    'count',
    'play_count',
    'plays',
    'listen_count',
    'listens',
    'views',
    'clicks',
    'quantity',
    'frequency',
    'weight',
  ],
  time: [
    'occurred_at',
    'timestamp',
    'time',
    'created_at',
    'event_time',
    'datetime',
    'unix_review_time',
    'date',
    'at',
    'ts',
    'unix_time',
    'review_time',
    'rated_at',
  ],
} as const;
type Role = keyof typeof NAMES;

export interface Columns extends Readonly<Partial<Record<Role, string>>> {
  readonly user: string;
  readonly item: string;
}

/** Without the type that RecBole writes after a name: `user_id:token`. */
const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/:(token|float)(_seq)?$/, '')
    .replaceAll(/[^a-z0-9]/g, '');

const columnFor = (role: Role, columns: readonly string[]): string | undefined =>
  NAMES[role].flatMap((name) => columns.find((column) => plain(column) === plain(name)) ?? [])[0];

export const isLabel = (column: string): boolean => plain(column) === 'label';

const refuse = (file: string, what: string, columns: readonly string[]): TtExpError =>
  new TtExpError(
    'DATA_INVALID',
    `--data ${file}: got the columns ${columns.join(', ') || '(none)'}, expected one for ${what}`,
    {
      hint: 'Rename the column, or name the columns in a config under data.source and give that with --config; for a file without a header, name them with --columns.',
      details: { columns },
    },
  );

const isNumber = (cell: string): boolean => /^\s*[+-]?\d+([.,]\d+)?\s*$/.test(cell);
const isDate = (cell: string): boolean => /^\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b/.test(cell);

/** Names for the columns of a file without a header: users and items first, then what their values look like. */
const likelyNames = ({ sample }: Dialect): readonly string[] => {
  const width = sample[0]?.length ?? 0;
  const names = ['user_id', 'item_id'];
  for (let column = 2; column < width; column += 1) {
    const cells = sample.map((row) => row[column] ?? '').filter((cell) => cell.trim() !== '');
    const numbers = cells.filter(isNumber).map(Number);
    const isTime = cells.every(isDate) || (numbers.length === cells.length && numbers.every((value) => value > 1e7));
    const name = isTime ? 'timestamp' : numbers.length < cells.length ? 'type' : 'rating';
    names.push(names.includes(name) ? `column${column + 1}` : name);
  }
  return names;
};

/** The first line holds values where others hold names. */
const refuseMissingHeader = (file: string, dialect: Dialect): void => {
  const first = dialect.sample[0] ?? [];
  if (first.filter((cell) => isNumber(cell) || isDate(cell)).length < 2) {
    return;
  }
  throw new TtExpError(
    'DATA_INVALID',
    `--data ${file} has no header: its first line has ${first.map((cell) => JSON.stringify(cell)).join(', ')}`,
    { hint: `If these are its columns, confirm them: --columns ${likelyNames(dialect).join(',')}` },
  );
};

/** A header would become a row. */
const refuseWrongNames = (file: string, { columns, sample, hasHeader }: Dialect): void => {
  const first = sample[0] ?? [];
  if (hasHeader || first.length === 0) {
    return;
  }
  if (first.length !== columns.length) {
    throw new TtExpError(
      'DATA_INVALID',
      `--columns names ${columns.length} columns (${columns.join(', ')}), the first line of ${file} has ${first.length}`,
      { hint: 'Name every column, in the order of the file.' },
    );
  }
  if (columnFor('user', first) !== undefined && columnFor('item', first) !== undefined) {
    throw new TtExpError('DATA_INVALID', `--columns: ${file} has a header, ${first.join(', ')}`, {
      hint: 'Remove --columns.',
    });
  }
};

/** Throws DATA_INVALID for a file without the needed columns. */
export const chooseColumns = (file: string, columns: readonly string[], dialect: Dialect | null): Columns => {
  if (dialect !== null) {
    refuseWrongNames(file, dialect);
  }
  const find = (role: Role): string | undefined => columnFor(role, columns);
  const [user, item] = [find('user'), find('item')];
  if (dialect?.hasHeader === true && (user === undefined || item === undefined)) {
    refuseMissingHeader(file, dialect);
  }
  if (user === undefined) {
    throw refuse(file, `the user: ${NAMES.user.join(', ')}`, columns);
  }
  if (item === undefined) {
    throw refuse(file, `the item: ${NAMES.item.join(', ')}`, columns);
  }
  // The first of them says what happened.
  const [role] = (['type', 'label', 'rating', 'count'] as const).filter((each) => find(each) !== undefined);
  const time = find('time');
  // A column that is not understood may well say which of the rows are good ones.
  const others = columns.filter((column) => ![user, item, time].includes(column));
  if (role === undefined && others.length > 0) {
    throw refuse(file, 'what happened: type, label, rating or count', columns);
  }
  const used = [user, item, time, role === undefined ? undefined : find(role)].flatMap((column) => column ?? []);
  refuseRepeatedColumns({ where: `--data ${file}`, names: dialect?.names ?? columns, used, keyOf: plain });
  return {
    user,
    item,
    ...(time === undefined ? {} : { time }),
    ...(role === undefined ? {} : { [role]: find(role) }),
  };
};
