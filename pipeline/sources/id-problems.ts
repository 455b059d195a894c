/** What makes an id useless: rows that have it are bad rows, for such ids fall together or break what reads them. */
import { TtExpError } from '../../contracts/errors.ts';
import type { Database } from '../duckdb/database.ts';
import { plainText, type RowProblem, withValue } from './bad-values.ts';
import { isFloat, isText, LARGEST_EXACT, type TypedColumn, textSql } from './column-sql.ts';

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

export interface IdColumn {
  /** As the source calls it. */
  readonly name: string;
  readonly column: TypedColumn;
}

/** Ids are read without blanks around them. Throws DATA_INVALID where several would become one. */
export const refuseMergedIds = async (database: Database, table: string, ids: readonly IdColumn[]): Promise<void> => {
  for (const { name, column } of ids.filter((id) => isText(id.column))) {
    const { sql } = column;
    const [merged] = await database.rows(
      `look for blanks around the ids in ${name}`,
      `WITH blank AS (SELECT DISTINCT trim(${sql}) AS id FROM ${table} WHERE ${sql} <> trim(${sql}) AND trim(${sql}) <> ''),
      written AS (
        SELECT trim(${sql}) AS id, ${sql} AS text, min(place) AS place FROM ${table} WHERE trim(${sql}) IN (SELECT id FROM blank) GROUP BY ALL
      ),
      merged AS (SELECT id, list({'text': text, 'place': place} ORDER BY text) AS texts FROM written GROUP BY id HAVING count(*) > 1)
      SELECT count(*)::INTEGER AS id_count, to_json(arg_min(texts, id))::VARCHAR AS texts FROM merged`,
    );
    if (Number(merged?.id_count) > 0) {
      const texts: readonly { readonly text: string; readonly place: string | null }[] = JSON.parse(
        String(merged?.texts),
      );
      const shown = texts
        .slice(0, 3)
        .map(({ text, place }) => `${JSON.stringify(text)}${place === null ? '' : ` (${place})`}`);
      throw new TtExpError(
        'DATA_INVALID',
        `data.source: the column ${name} has ids that differ only in the blanks around them: ${shown.join(' and ')}; ${merged?.id_count} ids are written in several ways`,
        {
          hint: 'Blanks around ids are removed, so these would become the same id: write each id in one way, or make them differ otherwise.',
        },
      );
    }
  }
};
