/** `tt-exp data check`: what is wrong or strange with the rows of a source. */

import type { DataCheck, DataReport } from '../../contracts/data-report.ts';
import { EXIT } from '../../contracts/errors.ts';
import { formatCount } from '../text/formats.ts';
import { printJson, printLines } from '../text/output.ts';
import { section } from '../text/section.ts';
import { formatTable } from '../text/table.ts';
import type { DataRuntime } from './data-runtime.ts';
import { loadSourceRequest } from './source-request.ts';

export interface CheckOptions {
  readonly set: readonly string[];
  readonly isJson: boolean;
  readonly isVerbose: boolean;
}

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

const countOf = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const reportLines = (file: string, report: DataReport, isVerbose: boolean): readonly string[] => {
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

/** Exit code 65 when a blocking check fails. */
export const checkDataSource = async (runtime: DataRuntime, file: string, options: CheckOptions): Promise<number> => {
  const { request } = await loadSourceRequest(runtime, file, options.set);
  const report = await runtime.checkData(request);
  if (options.isJson) {
    printJson(runtime.io, report);
  } else {
    printLines(runtime.io.stdout, reportLines(file, report, options.isVerbose));
  }
  return report.blocking === 0 ? EXIT.done : EXIT.badData;
};
