/** A table in plain text: columns as wide as their widest cell, two spaces between. */
import { printable } from '../contracts/printable.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

export const formatTable = (columns: readonly Column[], cells: readonly (readonly string[])[]): readonly string[] => {
  const rows = cells.map((row) => row.map(printable));
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    columns
      .map(({ align }, index) => {
        const [cell, width] = [row[index] ?? '', widths[index] ?? 0];
        return align === 'right' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [line(columns.map(({ title }) => title)), ...rows.map(line)];
};
