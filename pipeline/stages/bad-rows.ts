/** Interactions that cannot be used: how many are left out, and when there are too many. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import type { ResolvedData } from '../../contracts/resolved-config.ts';
import { type BadRows, NO_BAD_ROWS } from '../../contracts/source-reading.ts';
import type { Database } from '../duckdb/database.ts';
import { readSql, runSqlFile } from '../duckdb/sql-files.ts';
import { writeFileSafely } from '../store/publish-folder.ts';

const BAD_ROWS_FILE = 'bad-rows.json';
const MOST_EXAMPLES = 5;

/** "3 with no time (interaction a, interaction b); 1 with …", five examples in all. */
export const describeBadRows = ({ problems }: BadRows): string => {
  const shown = problems.slice(0, MOST_EXAMPLES);
  const examplesEach = Math.max(1, Math.floor(MOST_EXAMPLES / Math.max(1, shown.length)));
  const texts = shown.map(
    ({ problem, count, examples }) => `${count} with ${problem} (${examples.slice(0, examplesEach).join(', ')})`,
  );
  const others = problems.slice(MOST_EXAMPLES).reduce((sum, { count }) => sum + count, 0);
  return [...texts, ...(others > 0 ? [`${others} with other problems`] : [])].join('; ');
};

/**
 * Looks for bad rows among `interactions` of the use case, and says which rows are usable: all, the good ones, or the
 * first good one of each id. A clean source, the usual case, costs two passes over its interactions.
 */
export const findBadRows = async (
  database: Database,
  data: ResolvedData,
): Promise<{ readonly bad: BadRows; readonly usable: 'all' | 'good' | 'once' }> => {
  const countOf = async (what: string, sql: string): Promise<number> =>
    Number((await database.rows(what, `SELECT count(*)::DOUBLE AS row_count FROM ${sql}`))[0]?.row_count);
  await runSqlFile(database, '020_label_settings', {
    use_case: data.use_case,
    ignored_types: JSON.stringify(data.ignored_types),
    rules: JSON.stringify(Object.entries(data.labels).map(([type, rule]) => ({ type, ...rule }))),
  });
  await runSqlFile(database, '021_known_users');
  await runSqlFile(database, '022_known_items');
  await runSqlFile(database, '023_considered');
  await runSqlFile(database, '024a_suspect_ids');
  const suspects = await countOf('look for ids used twice', 'suspect_ids');
  if (suspects === 0 && (await countOf('check the interactions', 'considered WHERE problem IS NOT NULL')) === 0) {
    return { bad: NO_BAD_ROWS, usable: 'all' };
  }
  await runSqlFile(database, '024b_repeated_ids');
  const rows = await database.rows('describe the bad interactions', await readSql('025_bad_interactions'));
  const problems = rows.map(({ problem, row_count, examples }) => ({
    problem: String(problem),
    count: Number(row_count),
    examples: Array.isArray(examples) ? examples.map(String) : [],
  }));
  const repeated = await countOf('count ids used twice', 'repeated_ids');
  return {
    bad: { count: problems.reduce((sum, { count }) => sum + count, 0), problems },
    usable: repeated > 0 ? 'once' : 'good',
  };
};

/** Throws DATA_INVALID for more bad rows than allowed. `isAll`: no later step will find more. */
export const refuseBadRows = (bad: BadRows, maxBadRows: number, isAll: boolean): void => {
  if (bad.count > maxBadRows) {
    throw new TtExpError(
      'DATA_INVALID',
      `Rows cannot be used: got ${bad.count} bad rows, expected at most data.max_bad_rows ${maxBadRows}: ${describeBadRows(bad)}`,
      {
        hint:
          'Correct these rows in the source (`tt-exp data check` names their places), add unknown types to data.labels or data.ignored_types, ' +
          `or leave the rows out with --max-bad-rows ${bad.count}` +
          (isAll ? '.' : '; later steps may find more, which `tt-exp data check` counts too.'),
        details: { ...bad, max_bad_rows: maxBadRows },
      },
    );
  }
};

/** Interactions that the settings leave out. */
export interface FilteredRows {
  readonly use_case: number;
  readonly ignored_types: number;
  readonly min_interactions: number;
}

export interface UnlabelledRows {
  readonly bad: BadRows;
  readonly filtered: FilteredRows;
}

/** What labelling knows beside its rows. */
export interface LabelFindings extends UnlabelledRows {
  /** What looks strange, a line each. */
  readonly warnings: readonly string[];
}

/** Kept beside the stage: who finds it again is held to its own limit. */
export const writeFindings = (folder: string, { bad, ...others }: LabelFindings): Promise<void> =>
  writeFileSafely(join(folder, BAD_ROWS_FILE), `${JSON.stringify({ ...bad, ...others })}\n`);

export const readFindings = async (folder: string): Promise<LabelFindings> => {
  const {
    filtered = { use_case: 0, ignored_types: 0, min_interactions: 0 },
    warnings = [],
    ...bad
  }: BadRows & Partial<Omit<LabelFindings, 'bad'>> = JSON.parse(await readFile(join(folder, BAD_ROWS_FILE), 'utf8'));
  return { bad, filtered, warnings };
};
