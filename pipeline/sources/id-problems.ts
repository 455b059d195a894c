/** What makes an id useless: rows that have it are bad rows, for such ids fall together or break what reads them. */
import { plainText, type RowProblem, withValue } from './bad-values.ts';
import { isFloat, LARGEST_EXACT, type TypedColumn, textSql } from './column-sql.ts';

/** As spreadsheets, SQLite and Postgres write large numbers: with a sign, so that no id of hexadecimal digits is meant. */
const SCIENTIFIC = '^[+-]?[0-9](\\.[0-9]+)?[eE]\\+[0-9]{2,}$';

/** A text that DuckDB would build a statement of: an ENUM with such a value cannot be written down. */
export const nulProblem = (what: string, text: string): RowProblem => ({
  when: `contains(${text}, chr(0))`,
  text: plainText(`a NUL character in the ${what}`),
});

/** @param what `user id`; the first problem of a row counts */
export const idProblems = (what: string, column: TypedColumn): readonly RowProblem[] => {
  const text = textSql(column);
  return [
    { when: `${text} IS NULL`, text: plainText(`no ${what}`) },
    nulProblem(what, text),
    ...(isFloat(column)
      ? [
          {
            when: `abs(${column.sql}) >= ${column.type === 'FLOAT' ? 2 ** 24 : LARGEST_EXACT}`,
            text: withValue(
              `${what} beyond 2^53 in a column of floating-point numbers, whose last digits are lost`,
              column.sql,
            ),
          },
        ]
      : []),
    {
      // The plus sign first: few ids have one, and matching an expression is slow.
      when: `CASE WHEN contains(${text}, '+') THEN regexp_matches(${text}, '${SCIENTIFIC}') END`,
      text: withValue(`${what} in scientific notation, whose last digits are lost`, column.sql),
    },
  ];
};
