/** What DuckDB's SQLite extension said, as an error of tt-exp. */
import { type ErrorCode, TtExpError } from '../../../contracts/errors.ts';
import { toDataError } from '../../duckdb/data-errors.ts';

interface Remedy {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly hint: string;
}

/** The first that fits; errors of other kinds (disk, memory) stay as they are. */
const REMEDIES: readonly Remedy[] = [
  {
    pattern: /database (table )?is locked/,
    code: 'SERVICE_UNREACHABLE',
    hint: 'Another process is writing to the file: wait for it to end its transaction, and run the same command again.',
  },
  {
    pattern:
      /no such (table|column)|syntax error|incomplete input|must return data|readonly database|no such function|ambiguous column/,
    code: 'DATA_INVALID',
    hint: 'Correct the table, the columns or the query in data.source: a query is one SELECT that only reads.',
  },
  {
    pattern: /file is not a database|malformed|disk I\/O error|unable to open database/,
    code: 'DATA_INVALID',
    hint: 'Check the file with `sqlite3 <file> "PRAGMA integrity_check"`: it is damaged, or its folder cannot be read.',
  },
  {
    pattern: /Failure in decode/,
    code: 'DATA_INVALID',
    hint: 'Store texts as UTF-8; `SELECT rowid, hex(column)` shows the bytes of a text.',
  },
];

/** SQLite's own words, out of what the extension wraps around them: the whole statement, and DuckDB's statement. */
const wordsOf = (message: string): string => {
  const [text = ''] = message.split(/\n\nLINE \d+: /, 1);
  const after = text.lastIndexOf('": ');
  return (after === -1 ? text.replace(/^[A-Z]\w*( \w+)? Error: /, '') : text.slice(after + 3)).replaceAll(
    /\s*\n\s*/g,
    ' ',
  );
};

/** `what` completes "could not"; `names` is what there is in place of what is missing. */
export const toSqliteError = (error: unknown, path: string, what: string, names: string | null): TtExpError => {
  const message = error instanceof Error ? error.message : String(error);
  const remedy = error instanceof TtExpError ? undefined : REMEDIES.find(({ pattern }) => pattern.test(message));
  if (remedy === undefined) {
    return toDataError(error, what);
  }
  const got = /Failure in decode/.test(message) ? 'a text is not UTF-8' : wordsOf(message);
  return new TtExpError(remedy.code, `SQLite database ${path}: could not ${what}: ${got}`, {
    hint: names === null ? remedy.hint : `${remedy.hint} ${names}`,
    cause: error,
  });
};
