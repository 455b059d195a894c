/**
 * Writing to the two streams: results to stdout, everything else to stderr. All that the commands print passes here, so
 * that no text of others controls the terminal.
 */
import { printable, printableJson } from '../../contracts/printable.ts';
import type { CliIo } from '../command-line/process-runtime.ts';

/** Each entry becomes one line, whatever it holds. */
export const printLines = (stream: NodeJS.WritableStream, lines: readonly string[]): void => {
  if (lines.length > 0) {
    stream.write(`${lines.map(printable).join('\n')}\n`);
  }
};

/** Exactly one JSON object, readable for people too. */
export const printJson = (io: CliIo, value: object): void => {
  io.stdout.write(`${printableJson(value, 2)}\n`);
};

/** Back to the first column, and clear to the end of the line. */
const CLEAR = '\r\u001b[K';

/** Takes back what `drawLine` has drawn. */
export const clearLine = (stream: NodeJS.WritableStream): void => {
  stream.write(CLEAR);
};

/** On a terminal: a line without an end, cut to its width, in place of the one before. */
export const drawLine = (stream: NodeJS.WriteStream, text: string): void => {
  stream.write(`${CLEAR}${printable(text).slice(0, (stream.columns || 80) - 1)}`);
};

/** Erases the row of the cursor and those above it; the cursor ends above them. */
export const eraseRows = (stream: NodeJS.WritableStream, rows: number): void => {
  stream.write('\u001b[2K\u001b[1A'.repeat(rows));
};

const snake = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Keys of JSON output are snake_case, as in configs. */
export const toSnakeCase = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    return value.map(toSnakeCase);
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [snake(key), toSnakeCase(item)]))
    : value;
};
