/** What the checks of a source's rows have found, for people. Pure. */
import { countOf } from '../../contracts/count-of.ts';
import type { DataCheck, DataReport } from '../../contracts/data-report.ts';
import { formatCount } from '../text/formats.ts';
import { section } from '../text/section.ts';
import { formatTable } from '../text/table.ts';

const rowOf = ({ id, level, title, count, total, status }: DataCheck): readonly string[] => [
  status === 'passed' ? 'passed' : level,
  id,
  formatCount(count),
  formatCount(total),
  title,
];

const exampleLines = ({ examples, query }: DataCheck, isVerbose: boolean): readonly string[] => [
  ...examples,
  ...(isVerbose ? query.split('\n') : []),
];

/** What needs somebody first. */
const byUrgency = (a: DataCheck, b: DataCheck): number => {
  const rank = ({ status, level }: DataCheck): number => (status === 'passed' ? 2 : level === 'warning' ? 1 : 0);
  return rank(a) - rank(b);
};

/** A table of all checks, and the rows that each failed one has found. @param file as it was given */
export const checkLines = (file: string, report: DataReport, isVerbose: boolean): readonly string[] => {
  const { blocking, warnings } = report;
  const checks = report.checks.toSorted(byUrgency);
  const failed = checks.filter(({ status }) => status === 'failed');
  return [
    `${file}: ${failed.length === 0 ? `all ${checks.length} checks passed` : `${countOf(blocking, 'blocking problem')}, ${countOf(warnings, 'warning')}, ${checks.length - failed.length} of ${checks.length} checks passed`}`,
    '',
    ...formatTable(
      [
        { title: 'result' },
        { title: 'check' },
        { title: 'found', align: 'right' },
        { title: 'of', align: 'right' },
        { title: 'looks for' },
      ],
      checks.map(rowOf),
    ),
    ...failed.flatMap((check) => section(`${check.level}: ${check.id}`, exampleLines(check, isVerbose))),
  ];
};
