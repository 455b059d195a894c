/**
 * Writing to the two streams: results to stdout, everything else to stderr. All that the commands print passes here, so
 * that no text of others controls the terminal.
 */
import type { ErrorRecord } from '../../contracts/errors.ts';
import { printable, printableJson } from '../../contracts/printable.ts';
import type { CliIo } from '../command-line/process-runtime.ts';

const textOf = (lines: readonly string[]): string => `${lines.map(printable).join('\n')}\n`;

/** Each entry becomes one line, whatever it holds. */
export const printLines = (stream: NodeJS.WritableStream, lines: readonly string[]): void => {
  if (lines.length > 0) {
    stream.write(textOf(lines));
  }
};

/** A value and what is said of it on each line, with a tab between: shells read it so. */
export const printPairs = (stream: NodeJS.WritableStream, pairs: readonly (readonly [string, string])[]): void => {
  for (const pair of pairs) {
    stream.write(`${pair.map(printable).join('\t')}\n`);
  }
};

/** Streams that have had their one JSON object. */
const answered = new WeakSet<NodeJS.WritableStream>();

const jsonText = ({ stdout }: CliIo, value: object): string => {
  answered.add(stdout);
  return `${printableJson(value, 2)}\n`;
};

/** Exactly one JSON object, readable for people too. */
export const printJson = (io: CliIo, value: object): void => {
  io.stdout.write(jsonText(io, value));
};

/** Streams of objects, one a line. */
const inLines = new WeakSet<NodeJS.WritableStream>();

/** One of many objects, on one line. */
export const printJsonLine = ({ stdout }: CliIo, value: object): void => {
  inLines.add(stdout);
  stdout.write(`${printableJson(value)}\n`);
};

/** Where the command printed no object of its own: scripts read one, whatever happens. */
export const printJsonError = (io: CliIo, error: ErrorRecord): void => {
  if (inLines.has(io.stdout)) {
    printJsonLine(io, { error });
  } else if (!answered.has(io.stdout)) {
    printJson(io, { error });
  }
};

/** What a command changed: on stdout, and on stderr where stdout takes it no more, because it is done all the same. */
export const printChange = (io: CliIo, json: object | null, lines: readonly string[]): Promise<void> =>
  new Promise((resolve) => {
    io.stdout.write(json === null ? textOf(lines) : jsonText(io, json), (error) => {
      if (error != null) {
        printLines(io.stderr, lines);
      }
      resolve();
    });
  });

/** Until the stream has taken, or refused, all that was printed on it. */
export const allWritten = (stream: NodeJS.WritableStream): Promise<void> =>
  new Promise((resolve) => {
    stream.write('', () => resolve());
  });

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

const SCREEN = {
  enter: '\u001b[?1049h\u001b[?25l\u001b[H\u001b[2J',
  leave: '\u001b[?25h\u001b[?1049l',
  clear: '\u001b[H\u001b[2J',
} as const;

/** The terminal's second screen, without a cursor: what was printed before stays, and comes back when it is left. */
export const switchScreen = (stream: NodeJS.WritableStream, to: keyof typeof SCREEN): void => {
  stream.write(SCREEN[to]);
};
