/** Tables with one column for each of several things, in as many parts as the width asks for. Pure. */
import { printable } from '../../contracts/printable.ts';
import { type Column, formatTable } from '../text/table.ts';

export interface SubjectRow {
  readonly label: string;
  /** One for each column. */
  readonly cells: readonly string[];
}

const GAP = 2;
/** A label leaves at least this much to a column. */
const LEAST_CELL = 8;

const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, Math.max(1, length - 1))}…`;

/** First and one-past-last column of each part: as many columns as fit, at least one. */
const partsOf = (widths: readonly number[], room: number): readonly (readonly [from: number, to: number])[] => {
  const parts: (readonly [number, number])[] = [];
  let from = 0;
  let used = 0;
  for (const [index, width] of widths.entries()) {
    if (index > from && used + GAP + width > room) {
      parts.push([from, index]);
      [from, used] = [index, 0];
    }
    used += GAP + width;
  }
  return [...parts, [from, widths.length]];
};

/** No line is longer than `width`; what does not fit into a column of its own is cut. */
export const subjectTable = (
  title: string,
  names: readonly string[],
  rows: readonly SubjectRow[],
  width: number,
): readonly string[] => {
  if (rows.length === 0) {
    return [];
  }
  const mostLabel = width - GAP - LEAST_CELL;
  const labels = rows.map(({ label }) => cut(printable(label), mostLabel));
  const labelWidth = Math.max(title.length, ...labels.map(({ length }) => length));
  const room = width - labelWidth;
  const cells = rows.map((row) => row.cells.map((cell) => cut(printable(cell), room - GAP)));
  const widths = names.map((name, index) => Math.max(name.length, ...cells.map((row) => row[index]?.length ?? 0)));
  return partsOf(widths, room).flatMap(([from, to], part) => {
    const columns = names.slice(from, to).map((name): Column => ({ title: name, align: 'right' }));
    const lines = formatTable(
      [{ title }, ...columns],
      labels.map((label, index) => [label, ...(cells[index] ?? []).slice(from, to)]),
    );
    return part === 0 ? lines : ['', ...lines];
  });
};
