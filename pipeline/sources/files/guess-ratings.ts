/** What the numbers of a column say of each row: labels, ratings or counts, told apart by name and range. */
import type { LabelRule } from '../../../contracts/dataset.ts';
import { TtExpError } from '../../../contracts/errors.ts';
import type { RatingRule } from '../../../contracts/experiment-config.ts';
import type { Database } from '../../duckdb/database.ts';
import { columnTypes, hasValue, numberSql, quoteName } from '../column-sql.ts';
import { isLabel } from './guess-columns.ts';

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

/** Greatest rating that a file is taken to allow. */
const SCALES = [5, 10, 100];

/** What a row is that says no more than who met what. */
export const ONLY_TYPE = 'like';
const ONLY_LABEL = 0.8;
const ONLY_WEIGHT = 2;
const MOST_DOUBLINGS = 10;

export interface Reading {
  readonly rules: readonly RatingRule[];
  /** Of types that the default table does not have. */
  readonly labels: Readonly<Record<string, LabelRule>>;
  /** `rating rating (1 to 5, as stars)`. */
  readonly text: string;
}

interface Range {
  readonly least: number;
  readonly greatest: number;
}

/** Range of a column's numbers; null where less than half of its values are numbers. */
const rangeOf = async (database: Database, table: string, column: string): Promise<Range | null> => {
  const typed = { sql: quoteName(column), type: (await columnTypes(database, table)).get(column) ?? 'VARCHAR' };
  const [row] = await database.rows(
    `look at ${column}`,
    `SELECT min(number)::DOUBLE AS least, max(number)::DOUBLE AS greatest, count(number) * 2 <= count(*) AS is_text
    FROM (SELECT ${numberSql(typed)} AS number FROM ${quoteName(table)} WHERE ${hasValue(typed)})`,
  );
  return row?.greatest == null || row.is_text === true
    ? null
    : { least: Number(row.least), greatest: Number(row.greatest) };
};

const refuse = (file: string, column: string, found: string, expected: string): TtExpError =>
  new TtExpError('DATA_INVALID', `--data ${file}: ${column} has ${found}, expected ${expected}`, {
    hint: 'Say what each number means in a config: data.source.interactions.rating.',
  });

const ratingReading = (file: string, column: string, { least, greatest }: Range): Reading => {
  const range = `${least} to ${greatest}`;
  if (greatest <= 1) {
    return { rules: LABEL_RULES, labels: {}, text: `what happened by ${column} (${range}, as labels)` };
  }
  const scale = isLabel(column) ? undefined : SCALES.find((most) => greatest <= most);
  if (scale === undefined) {
    const expected = isLabel(column) ? 'labels from 0 to 1' : `ratings up to ${SCALES.join(', ')}, or labels up to 1`;
    throw refuse(file, column, `numbers up to ${greatest}`, expected);
  }
  const factor = scale / 5;
  const how = scale === 5 ? 'as stars' : `up to ${scale}, scaled to five stars`;
  return {
    rules: STAR_RULES.map(({ at_least, type }) => ({ at_least: at_least * factor, type })),
    labels: {},
    text: `what happened by ${column} (${range}, ${how})`,
  };
};

const typeOfStep = (step: number): string => `${ONLY_TYPE} x${2 ** step}`;

/** Of the doublings of a count up to this one, by type. */
export const countLabels = (doublings = MOST_DOUBLINGS): Readonly<Record<string, LabelRule>> =>
  Object.fromEntries(
    Array.from({ length: doublings }, (_, index) => [
      typeOfStep(index + 1),
      { weight: ONLY_WEIGHT + index + 1, label: ONLY_LABEL },
    ]),
  );

/** Every doubling of the count adds 1 to the weight of a like. */
const countReading = (file: string, column: string, { least, greatest }: Range): Reading => {
  if (least <= 0) {
    throw refuse(file, column, `counts from ${least} to ${greatest}`, 'counts above 0');
  }
  const doublingsOf = (count: number): number => Math.min(MOST_DOUBLINGS, Math.max(0, Math.floor(Math.log2(count))));
  const doublings = doublingsOf(greatest);
  const steps = Array.from({ length: doublings }, (_, index) => index + 1);
  return {
    rules: [
      { at_least: Math.min(1, least), type: ONLY_TYPE },
      ...steps.map((step) => ({ at_least: 2 ** step, type: typeOfStep(step) })),
    ],
    labels: countLabels(doublings),
    text: `every row a ${ONLY_TYPE}, weighted by ${column} (${least} to ${greatest}, weights ${ONLY_WEIGHT + doublingsOf(least)} to ${ONLY_WEIGHT + doublings})`,
  };
};

/** Throws DATA_INVALID for numbers that stand for nothing known. */
export const readNumbers = async (
  database: Database,
  table: string,
  { file, column, isCount }: { readonly file: string; readonly column: string; readonly isCount: boolean },
): Promise<Reading> => {
  const range = await rangeOf(database, table, column);
  if (range === null) {
    throw refuse(file, column, 'values that are not numbers', 'numbers');
  }
  return isCount ? countReading(file, column, range) : ratingReading(file, column, range);
};
