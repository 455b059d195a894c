/** Rows that extraction left out: the checks of the tables cannot see them any more. */
import type { DataCheck, DataReport } from '../../contracts/data-report.ts';
import type { BadRows } from '../../contracts/source-reading.ts';

/** The report with one more check in front. `rows` is the number of interactions that were read. */
export const withUnreadRows = (report: DataReport, bad: BadRows, rows: number, maxBadRows: number): DataReport => {
  const isBlocking = bad.count > maxBadRows;
  const check: DataCheck = {
    id: 'unread-rows',
    level: isBlocking ? 'blocking' : 'warning',
    title: 'Rows of the source cannot be read',
    count: bad.count,
    total: rows + bad.count,
    examples: bad.problems
      .map(({ problem, count, examples }) => `${count} × ${problem}: ${examples.join(', ')}`)
      .slice(0, 5),
    query: '-- these rows are in no table: the examples name file and line, or table and row',
    status: bad.count > 0 ? 'failed' : 'passed',
  };
  const isFailed = check.status === 'failed';
  return {
    checks: [check, ...report.checks],
    blocking: report.blocking + (isFailed && isBlocking ? 1 : 0),
    warnings: report.warnings + (isFailed && !isBlocking ? 1 : 0),
  };
};
