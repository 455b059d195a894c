/** The end of a log, as it grows. Pure. */
import type { LogLine } from '../../logs/log-line.ts';

export interface LogTail {
  /** Number of the first line that is kept; it stays the number of that line. */
  readonly first: number;
  readonly lines: readonly LogLine[];
}

/** While it is followed; older ones are in the file. */
const MOST_LINES = 10_000;

/** More of one line is in the file. */
const MOST_CHARACTERS = 20_000;

export const NO_LINES: LogTail = { first: 0, lines: [] };

const shortened = (line: LogLine): LogLine => {
  const more = line.message.length - MOST_CHARACTERS;
  return more <= 0
    ? line
    : { ...line, message: `${line.message.slice(0, MOST_CHARACTERS)}… (${more} more characters in the file)` };
};

export const withLines = ({ first, lines }: LogTail, added: readonly LogLine[]): LogTail => {
  const all = [...lines, ...added.map(shortened)];
  const gone = Math.max(0, all.length - MOST_LINES);
  return { first: first + gone, lines: all.slice(gone) };
};
