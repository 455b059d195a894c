/** A table in plain text: columns as wide as their widest cell, two spaces between. */
import { printable } from '../../contracts/printable.ts';

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

/** A terminal without a known width, or a file. */
export const USUAL_WIDTH = 80;

const chunksOf = (word: string, size: number): readonly string[] =>
  Array.from({ length: Math.max(1, Math.ceil(word.length / size)) }, (_, place) =>
    word.slice(place * size, (place + 1) * size),
  );

/** Spaces but those between backticks: a command is copied as a whole. */
const BETWEEN_WORDS = / (?=(?:[^`]*`[^`]*`)*[^`]*$)/;

/**
 * Breaks a line between words, and a word that is too long anywhere; further lines are indented as the first is. Only a
 * command in backticks may be wider.
 */
export const wrapLine = (text: string, width: number): readonly string[] =>
  wrap(text, width, (word, room) => (word.includes('`') ? [word] : chunksOf(word, room)));

/** The same, with every word whole: a path or an address is copied, however long it is. */
export const wrapWords = (text: string, width: number): readonly string[] => wrap(text, width, (word) => [word]);

const wrap = (
  text: string,
  width: number,
  partsOf: (word: string, room: number) => readonly string[],
): readonly string[] => {
  if (text.length <= width) {
    return [text];
  }
  const body = text.trimStart();
  const indent = ' '.repeat(Math.min(text.length - body.length, width - 1));
  const room = width - indent.length;
  const lines: string[] = [];
  for (const word of body.split(BETWEEN_WORDS).flatMap((whole) => partsOf(whole, room))) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > room) {
      lines.push(word);
    } else {
      lines[lines.length - 1] = `${last} ${word}`;
    }
  }
  return lines.map((line) => `${indent}${line}`);
};

/** A table whose last column is text of any length: under its row where the table would be too wide. */
export const formatTextTable = (
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): readonly string[] => {
  const whole = formatTable(columns, rows);
  if (whole.every((line) => line.length <= width)) {
    return whole;
  }
  const [title = '', ...figures] = formatTable(
    columns.slice(0, -1),
    rows.map((row) => row.slice(0, -1)),
  );
  return [
    title,
    ...figures.flatMap((line, place) => [line, ...wrapLine(`    ${printable(rows[place]?.at(-1) ?? '')}`, width)]),
  ];
};
