/** Draws a table into the rows that there are: a head, and a window that keeps the cursor in sight. Pure. */
import stringWidth from 'string-width';
import { printable } from '../../../contracts/printable.ts';
import type { ScreenSize } from '../../display/screen-size.ts';
import type { Line, Span } from '../core/line.ts';
import { fitText } from './fit-text.ts';
import { type Column, cursorPlace, type Table } from './table.ts';
import type { TableState } from './table-state.ts';

const GAP = 2;
/** Cursor and mark. */
const MARGIN = 2;
const KEPT = 100;

interface Drawn<Row> {
  readonly column: Column<Row>;
  readonly width: number;
  readonly cells: readonly string[];
}

/** Saved names may be of columns that are no longer there; without any of them the table would be empty. */
const chosenColumns = <Row>({ columns }: Table<Row>, state: TableState): readonly Column<Row>[] => {
  const chosen = (state.columns ?? []).flatMap((name) => columns.find((column) => column.name === name) ?? []);
  return chosen.length === 0 ? columns : chosen;
};

const widthOf = (drawn: readonly { readonly width: number }[]): number =>
  MARGIN + drawn.reduce((sum, { width }) => sum + width, 0) + GAP * Math.max(0, drawn.length - 1);

/** Columns give way, the least worth first; the last one that is left is cut. */
const fitColumns = <Row>(drawn: readonly Drawn<Row>[], columns: number): readonly Drawn<Row>[] => {
  let kept = drawn;
  while (kept.length > 1 && widthOf(kept) > columns) {
    const least = kept.reduce((a, b) => ((b.column.worth ?? KEPT) <= (a.column.worth ?? KEPT) ? b : a));
    kept = kept.filter((one) => one !== least);
  }
  const [first] = kept;
  return first !== undefined && kept.length === 1 && widthOf(kept) > columns
    ? [{ ...first, width: Math.max(1, columns - MARGIN) }]
    : kept;
};

/** The head's mark of the column that the rows are sorted by. */
const titleOf = <Row>({ name }: Column<Row>, { sorting }: TableState): string =>
  sorting?.column === name ? `${name} ${sorting.isDescending ? '▼' : '▲'}` : name;

/** First of `count` rows that are shown: the cursor stays in the middle, as far as there are rows on both sides. */
export const windowStart = (place: number, all: number, count: number): number =>
  Math.max(0, Math.min(place - Math.floor(count / 2), all - count));

/** At most `size.rows` lines: the head, then rows. @param shown of `shownRows` */
export const tableLines = <Row>(
  table: Table<Row>,
  shown: readonly Row[],
  state: TableState,
  { columns, rows }: ScreenSize,
): readonly Line[] => {
  const ids = shown.map(table.idOf);
  const place = cursorPlace(ids, state.cursor);
  const count = Math.max(0, rows - 1);
  const start = windowStart(place, shown.length, count);
  const visible = shown.slice(start, start + count);
  const drawn = fitColumns(
    chosenColumns(table, state).map((column) => {
      const cells = visible.map((row) => printable(column.text(row)));
      return { column, cells, width: Math.max(...[titleOf(column, state), ...cells].map((text) => stringWidth(text))) };
    }),
    columns,
  );
  const cell = ({ column, width }: Drawn<Row>, text: string, isLast: boolean): string =>
    fitText(text, width, column.align === 'right' ? 'right' : 'left', isLast);
  const head: Line = [
    { text: ' '.repeat(MARGIN) },
    ...drawn.map((one, at): Span => {
      const isLast = at === drawn.length - 1;
      return { text: cell(one, titleOf(one.column, state), isLast) + (isLast ? '' : '  '), role: 'strong' };
    }),
  ];
  const marked = new Set(state.marked);
  return [
    head,
    ...visible.map((row, line): Line => {
      const id = ids[start + line] ?? '';
      const isCursor = start + line === place;
      return [
        { text: `${isCursor ? '>' : ' '}${marked.has(id) ? '*' : ' '}`, role: 'active' },
        ...drawn.map((one, at): Span => {
          const isLast = at === drawn.length - 1;
          const text = cell(one, one.cells[line] ?? '', isLast) + (isLast ? '' : '  ');
          const role = isCursor ? 'cursor' : one.column.role?.(row);
          return role === undefined ? { text } : { text, role };
        }),
      ];
    }),
  ];
};
