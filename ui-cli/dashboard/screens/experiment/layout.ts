/** Puts the parts of a screen side by side where it is wide, above one another where it is not. Pure. */
import stringWidth from 'string-width';
import { type Line, textOf } from '../../../live/line.ts';
import type { ScreenSize } from '../../../live/live-state.ts';

/** From so many columns on, two parts stand side by side. */
const WIDE = 140;
const LEAST_TABLE_ROWS = 5;

type Part = (size: ScreenSize) => readonly Line[];

const padded = (line: Line, width: number): Line => [
  ...line,
  { text: ' '.repeat(Math.max(0, width - stringWidth(textOf(line)))) },
];

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
