/** Lines of a log that DuckDB cannot read, and JavaScript can: they hold half a surrogate pair, as servers once took them. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** As `JSON.stringify` writes it: whole pairs stand there as they are. */
const ESCAPED = /\\u[dD][89a-fA-F]/;
/** In Unicode mode, one that is no half of a pair. */
const LONE_SURROGATE = /\p{Surrogate}/u;

const holdsHalf = (line: string): boolean => {
  if (!ESCAPED.test(line)) {
    return false;
  }
  let isHalf = false;
  try {
    JSON.parse(line, (key, value: unknown) => {
      isHalf ||= LONE_SURROGATE.test(key) || (typeof value === 'string' && LONE_SURROGATE.test(value));
      return value;
    });
  } catch {
    return false; // it was cut as well
  }
  return isHalf;
};

/**
 * How many of the lines of a file hold one. Throws what the file system throws.
 *
 * @param after number of the line before the first that counts, from 1, as DuckDB counts them: without empty ones
 * @param last number of the last that counts: the file may have grown since
 */
export const countHalfSurrogates = async (
  file: string,
  { after, last }: { readonly after: number; readonly last: number },
): Promise<number> => {
  const stream = createReadStream(file, 'utf8');
  let [number, halves] = [0, 0];
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += line.trim() === '' ? 0 : 1;
      if (number > last) {
        break;
      }
      halves += number > after && holdsHalf(line) ? 1 : 0;
    }
  } finally {
    stream.destroy();
  }
  return halves;
};
