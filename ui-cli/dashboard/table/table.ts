/** A table of rows that can be sorted, filtered, marked and scrolled: what of it is shown. Pure. */
import type { Role } from '../core/line.ts';
import type { TableView } from '../core/screen.ts';
import { type Fields, type FieldValue, isMatch, parseFilter } from './filter.ts';
import type { TableState } from './table-state.ts';

export interface Column<Row> {
  readonly name: string;
  readonly align?: 'left' | 'right';
  readonly text: (row: Row) => string;
  /** What it is sorted by; absent: its text. null goes last, whatever the direction. */
  readonly value?: (row: Row) => FieldValue;
  readonly role?: (row: Row) => Role | undefined;
  /** The lowest give way where the table is too wide; absent: 100, never. */
  readonly worth?: number;
}

export interface Table<Row> {
  readonly name: string;
  readonly columns: readonly Column<Row>[];
  readonly idOf: (row: Row) => string;
  /** What a filter can name, columns aside. */
  readonly fields?: (row: Row) => Fields;
}

const sortValue = <Row>(column: Column<Row>, row: Row): FieldValue => (column.value ?? column.text)(row);

const fieldsOf = <Row>({ columns, fields }: Table<Row>, row: Row): Fields => ({
  ...Object.fromEntries(columns.map((column) => [column.name, sortValue(column, row)])),
  ...fields?.(row),
});

/** One for all: made anew for each of thousands of comparisons it takes most of a second. */
const collator = new Intl.Collator('en', { numeric: true });

const compareValues = (a: FieldValue, b: FieldValue): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));

const isNothing = (value: FieldValue): boolean => value === null || (typeof value === 'number' && Number.isNaN(value));

const sortRows = <Row>(table: Table<Row>, rows: readonly Row[], { sorting }: TableState): readonly Row[] => {
  const column = table.columns.find(({ name }) => name === sorting?.column);
  if (sorting === null || column === undefined) {
    return rows;
  }
  const valued = rows.map((row) => ({ row, value: sortValue(column, row) }));
  return valued
    .sort(({ value: x }, { value: y }) => {
      if (isNothing(x) || isNothing(y)) {
        return Number(isNothing(x)) - Number(isNothing(y));
      }
      return sorting.isDescending ? compareValues(y, x) : compareValues(x, y);
    })
    .map(({ row }) => row);
};

/** Filtered and sorted. */
export const shownRows = <Row>(table: Table<Row>, rows: readonly Row[], state: TableState): readonly Row[] => {
  const filter = parseFilter(state.filter);
  const [hasWords, hasConditions] = [filter.words.length > 0, filter.conditions.length > 0];
  const text = (row: Row): string => table.columns.map((column) => column.text(row)).join(' ');
  const kept =
    hasWords || hasConditions
      ? rows.filter((row) => isMatch(filter, hasConditions ? fieldsOf(table, row) : {}, hasWords ? text(row) : ''))
      : rows;
  return sortRows(table, kept, state);
};

/** @param shown of `shownRows` */
export const viewOf = <Row>(table: Table<Row>, rows: readonly Row[], shown: readonly Row[]): TableView => ({
  name: table.name,
  shown: shown.map(table.idOf),
  columns: table.columns,
  fields: [...new Set(rows.slice(0, 50).flatMap((row) => Object.keys(fieldsOf(table, row))))],
});

/** Of the row under the cursor; the first one where that row is gone. -1: there are none. */
export const cursorPlace = (shown: readonly string[], cursor: string | null): number =>
  Math.max(shown.length === 0 ? -1 : 0, cursor === null ? 0 : shown.indexOf(cursor));

/** Id of the row under the cursor. */
export const cursorRow = ({ shown }: TableView, { cursor }: TableState): string | null =>
  shown[cursorPlace(shown, cursor)] ?? null;

/** Marked rows that are still there, else the one under the cursor. */
export const targetsOf = (view: TableView, state: TableState): readonly string[] => {
  const there = view.shown.filter((id) => state.marked.includes(id));
  const under = cursorRow(view, state);
  return there.length > 0 ? there : under === null ? [] : [under];
};
