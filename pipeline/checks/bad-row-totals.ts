/** Bad rows of all steps together: a run is held to their sum. */
import type { DataCheck, DataReport } from '../../contracts/data-report.ts';
import { TtExpError } from '../../contracts/errors.ts';
import type { BadRows } from '../../contracts/source-reading.ts';

/** The report with more checks in front. */
export const withChecks = (report: DataReport, checks: readonly DataCheck[]): DataReport => {
  const failed = (level: DataCheck['level']): number =>
    checks.filter((check) => check.status === 'failed' && check.level === level).length;
  return {
    checks: [...checks, ...report.checks],
    blocking: report.blocking + failed('blocking'),
    warnings: report.warnings + failed('warning'),
  };
};

/**
 * `unread`: rows that extraction left out, which the checks of the tables cannot see any more; `bad`: all of them.
 * @param rows interactions that were read
 */
export const badRowChecks = (unread: BadRows, bad: BadRows, rows: number, maxBadRows: number): readonly DataCheck[] => {
  const level = bad.count > maxBadRows ? 'blocking' : 'warning';
  const statusOf = ({ count }: BadRows): DataCheck['status'] => (count > 0 ? 'failed' : 'passed');
  return [
    {
      id: 'bad-rows',
      level,
      title: `Rows that cannot be used, over all checks: a run allows data.max_bad_rows ${maxBadRows}`,
      count: bad.count,
      total: rows + unread.count,
      examples: bad.count > maxBadRows ? [`leave them out with --max-bad-rows ${bad.count}`] : [],
      query: '-- the sum of the checks on bad rows above, each row counted once',
      status: statusOf(bad),
    },
    {
      id: 'unread-rows',
      level,
      title: 'Rows of the source cannot be read',
      count: unread.count,
      total: rows + unread.count,
      examples: unread.problems
        .map(({ problem, count, examples }) => `${count} × ${problem}: ${examples.join(', ')}`)
        .slice(0, 5),
      query: '-- these rows are in no table; the examples name file and line, or table and row',
      status: statusOf(unread),
    },
  ];
};

/** What a run would stop at after the rows have been checked, as a check of its own. Rethrows what is no verdict. */
export const refusalCheck = (error: unknown): DataCheck => {
  if (
    !(error instanceof TtExpError) ||
    !['DATA_INVALID', 'NO_DATA_LOADED', 'MISSING_EMBEDDINGS'].includes(error.code)
  ) {
    throw error;
  }
  return {
    id: error.code.toLowerCase().replaceAll('_', '-'),
    level: 'blocking',
    title: `A run would stop here: ${error.message}`,
    count: 1,
    total: 1,
    examples: error.hint === undefined ? [] : [error.hint],
    query: '-- found by labelling, splitting and counting the texts, as a run does',
    status: 'failed',
  };
};
