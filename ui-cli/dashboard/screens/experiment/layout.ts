/** Puts the parts of a screen side by side where it is wide, above one another where it is not. Pure. */
import stringWidth from 'string-width';
import type { ScreenSize } from '../../../display/screen-size.ts';
import { type Line, textOf } from '../../core/line.ts';

/** From so many columns on, two parts stand side by side. */
const WIDE = 140;
const LEAST_TABLE_ROWS = 5;

type Part = (size: ScreenSize) => readonly Line[];

const padded = (line: Line, width: number): Line => [
  ...line,
  { text: ' '.repeat(Math.max(0, width - stringWidth(textOf(line)))) },
];

/** So many parts in a row, and the rest below. */
export const inGrid = ({ columns, rows }: ScreenSize, across: number, parts: readonly Part[]): readonly Line[] => {
  const down = Math.ceil(parts.length / across);
  const size = { columns: Math.floor((columns - 2 * (across - 1)) / across), rows: Math.floor(rows / down) };
  const drawn = parts.map((part) => part(size));
  return Array.from(
    { length: size.rows * down },
    (_, row): Line =>
      Array.from({ length: across }, (__, place): Line => {
        const line = drawn[Math.floor(row / size.rows) * across + place]?.[row % size.rows] ?? [];
        return place === across - 1 ? line : [...padded(line, size.columns), { text: '  ' }];
      }).flat(),
  );
};

/** @param wanted rows that the table would fill */
export const layOut = (
  { columns, rows }: ScreenSize,
  { table, pane, wanted }: { readonly table: Part; readonly pane: Part; readonly wanted: number },
): readonly Line[] => {
  if (columns >= WIDE) {
    const width = Math.floor(columns / 2) - 2;
    const left = table({ columns: width, rows });
    const right = pane({ columns: columns - width - 3, rows });
    return Array.from(
      { length: Math.max(left.length, right.length) },
      (_, row): Line => [...padded(left[row] ?? [], width), { text: ' │ ', role: 'dim' }, ...(right[row] ?? [])],
    );
  }
  const own = Math.max(Math.min(LEAST_TABLE_ROWS, rows), Math.min(wanted, Math.floor(rows * 0.45)));
  const above = table({ columns, rows: own });
  return [...above, ...pane({ columns, rows: rows - above.length })];
};
