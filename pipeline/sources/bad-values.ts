/** Rows of a raw table that cannot be used: found by a condition each, counted, and shown with their places. */
import type { Database } from '../duckdb/database.ts';

/** What makes a row useless. */
export interface RowProblem {
  /** SQL condition over the raw table. */
  readonly when: string;
  /** SQL text of the problem; may show the value. */
  readonly text: string;
}

export interface FoundProblem {
  readonly problem: string;
  readonly count: number;
  readonly examples: readonly string[];
}

/** `text`, with the column's value in quotes. */
export const withValue = (text: string, value: string): string =>
  `'${text.replaceAll("'", "''")}: "' || left(CAST(${value} AS VARCHAR), 60) || '"'`;

export const plainText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** True where no condition holds: rows that can be used. */
export const usableSql = (problems: readonly RowProblem[]): string =>
  problems.length === 0 ? 'true' : problems.map(({ when }) => `NOT coalesce(${when}, false)`).join(' AND ');

const EXAMPLES = 5;

/** Problems of a table, the most frequent first; values that differ count as one problem of their kind. */
export const findProblems = async (
  database: Database,
  table: string,
  problems: readonly RowProblem[],
): Promise<readonly FoundProblem[]> => {
  const [counted] = await database.rows(
    `count the bad rows of ${table}`,
    `SELECT count(*) AS row_count FROM ${table} WHERE NOT (${usableSql(problems)})`,
  );
  if (Number(counted?.row_count) === 0) {
    return [];
  }
  const cases = (what: (problem: RowProblem, index: number) => string): string =>
    `CASE ${problems.map((problem, index) => `WHEN ${problem.when} THEN ${what(problem, index)}`).join(' ')} END`;
  const rows = await database.rows(
    `describe the bad rows of ${table}`,
    `WITH bad AS (
      SELECT ${cases((_, index) => String(index))} AS kind, ${cases(({ text }) => text)} AS problem, coalesce(place, 'a row') AS place
      FROM ${table} WHERE NOT (${usableSql(problems)})
    ), numbered AS (
      -- Line 9 comes before line 10.
      SELECT *, row_number() OVER (PARTITION BY kind
        ORDER BY regexp_replace(place, '[0-9]+$', ''), TRY_CAST(regexp_extract(place, '[0-9]+$') AS BIGINT), problem) AS number
      FROM bad
    )
    SELECT any_value(problem) FILTER (number = 1) AS problem, count(*) AS row_count,
      list(place ORDER BY number) FILTER (number <= ${EXAMPLES}) AS examples
    FROM numbered GROUP BY kind ORDER BY row_count DESC, kind`,
  );
  return rows.map(({ problem, row_count, examples }) => ({
    problem: String(problem),
    count: Number(row_count),
    examples: Array.isArray(examples) ? examples.map(String) : [],
  }));
};
