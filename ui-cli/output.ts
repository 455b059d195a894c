/** Writing to the two streams: results to stdout, everything else to stderr. */
import type { CliIo } from './runtime.ts';

export const printLines = (stream: NodeJS.WritableStream, lines: readonly string[]): void => {
  if (lines.length > 0) {
    stream.write(`${lines.join('\n')}\n`);
  }
};

/** Exactly one JSON object, readable for people too. */
export const printJson = (io: CliIo, value: object): void => {
  io.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
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
