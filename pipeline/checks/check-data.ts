/** Runs the quality checks of a source's rows. */

import type { DataCheck, DataReport } from '../../contracts/data-report.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { type BadRows, NO_BAD_ROWS } from '../../contracts/source-reading.ts';
import type { CountSink } from '../../contracts/work-count.ts';
import type { Database } from '../duckdb/database.ts';
import { readSql } from '../duckdb/sql-files.ts';
import { findBadRows } from '../stages/bad-rows.ts';
import { type CheckInput, type CheckRule, checkRules } from './check-rules.ts';
import type { CheckTexts } from './check-texts.ts';

const MOST_EXAMPLES = 5;

/** The rule's query as one SELECT that can be pasted. */
const queryOf = async ({ file, texts }: CheckRule): Promise<string> => {
  const sql = (await readSql(file))
    .split('\n')
    .filter((line) => !line.startsWith('--'))
    .join('\n')
    .trim();
  const fill = (each: CheckTexts): string =>
    sql.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const text = each[name];
      if (text === undefined) {
        throw new TtExpError(
          'INTERNAL',
          `${file}.sql names {${name}}, expected one of ${Object.keys(each).join(', ')}`,
        );
      }
      return text;
    });
  return texts.map(fill).join('\nUNION ALL\n');
};

const exampleOf = (row: Readonly<Record<string, unknown>>): string =>
  Object.entries(row)
    .map(([name, value]) => `${name} ${value === null ? 'NULL' : String(value)}`)
    .join(', ');

const runCheck = async (database: Database, rule: CheckRule, total: number): Promise<DataCheck> => {
  const query = await queryOf(rule);
  const what = `check ${rule.id}`;
  const [found] = await database.rows(what, `SELECT count(*)::DOUBLE AS row_count FROM (${query})`);
  const count = Number(found?.row_count);
  const rows = count === 0 ? [] : await database.rows(what, `${query}\nLIMIT ${MOST_EXAMPLES}`);
  return {
    id: rule.id,
    level: rule.level,
    title: rule.title,
    count,
    total,
    examples: rows.map(exampleOf),
    query,
    status: count > (rule.mostShare ?? 0) * total ? 'failed' : 'passed',
  };
};

const countRows = async (database: Database, table: string): Promise<number> => {
  const [row] = await database.rows(`count ${table}`, `SELECT count(*)::DOUBLE AS row_count FROM ${table}`);
  return Number(row?.row_count);
};

const runChecks = async (
  database: Database,
  rules: readonly CheckRule[],
  onCount?: CountSink,
): Promise<readonly DataCheck[]> => {
  const totals = {
    interactions: await countRows(database, 'interactions'),
    users: await countRows(database, 'users'),
    items: await countRows(database, 'items'),
  };
  const checks: DataCheck[] = [];
  for (const rule of rules) {
    onCount?.({ done: checks.length, total: rules.length, unit: 'checks' });
    checks.push(await runCheck(database, rule, rule.of === 'queries' ? rule.texts.length : totals[rule.of]));
  }
  onCount?.({ done: checks.length, total: rules.length, unit: 'checks' });
  return checks;
};

const attachedEmbeddings = async (database: Database): Promise<readonly string[]> => {
  const rows = await database.rows(
    'look for text embeddings',
    "SELECT DISTINCT table_name FROM information_schema.tables WHERE table_name IN ('user_embeddings', 'item_embeddings')",
  );
  return rows.map((row) => String(row.table_name));
};

/**
 * Checks the canonical tables in `database`, which should be its own: views and types are made in it. Bad rows are
 * blocking only where those of the tables and the `unread` ones are more than `data.max_bad_rows`. Text embeddings are
 * checked where their tables are attached.
 */
export const checkData = async (
  database: Database,
  input: CheckInput,
  unread: BadRows = NO_BAD_ROWS,
  onCount?: CountSink,
): Promise<DataReport & { readonly bad: BadRows }> => {
  const rules = checkRules(input, await attachedEmbeddings(database));
  const { bad } = await findBadRows(database, input.data);
  const isAllowed = bad.count + unread.count <= input.data.max_bad_rows;
  const checks = await runChecks(
    database,
    rules.map((rule) => (rule.isBadRow && isAllowed ? { ...rule, level: 'warning' as const } : rule)),
    onCount,
  );
  const failed = (level: DataCheck['level']): number =>
    checks.filter((check) => check.level === level && check.status === 'failed').length;
  return { checks, blocking: failed('blocking'), warnings: failed('warning'), bad };
};

/** The quick checks that failed: those that cost little beside labelling. */
export const quickChecks = async (database: Database, input: CheckInput): Promise<readonly DataCheck[]> => {
  const rules = checkRules(input, []).filter((rule) => rule.isQuick);
  return (await runChecks(database, rules)).filter(({ status }) => status === 'failed');
};

/** One line for a log: "future-times: Interactions lie in the future: 3 of 7500 (…)". */
export const describeCheck = ({ id, title, count, total, examples }: DataCheck): string =>
  `${id}: ${title}: ${count} of ${total}${examples[0] === undefined ? '' : ` (${examples[0]})`}`;
