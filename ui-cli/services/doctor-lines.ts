/** What the doctor has found, in lines. */
import type { OpenRun, OpenRunsReport } from '../../contracts/open-runs.ts';
import { formatTable } from '../text/table.ts';
import type { DoctorFindings } from './services-runtime.ts';

/** One below the other, where a row of the table would be broken. */
const stacked = ({ checks }: DoctorFindings): readonly string[] =>
  checks.flatMap(({ part, status, version, chosen, address }) => [
    `${part}: ${status}`,
    ...[...(version === null ? [] : [version]), chosen, ...(address === null ? [] : [address])].map(
      (one) => `  ${one}`,
    ),
  ]);

const checkLines = (findings: DoctorFindings, width: number): readonly string[] => {
  const { checks } = findings;
  const table = formatTable(
    [{ title: 'part' }, { title: 'status' }, { title: 'version' }, { title: 'chosen' }, { title: 'address' }],
    checks.map(({ part, status, version, chosen, address }) => [part, status, version ?? '–', chosen, address ?? '']),
  );
  return [
    ...(table.some((line) => line.length > width) ? stacked(findings) : table),
    ...checks.flatMap(({ part, remedy }) => (remedy === null ? [] : [`hint: ${part}: ${remedy}`])),
  ];
};

const runLines = (runs: OpenRunsReport | null): readonly string[] => {
  if (runs === null) {
    return [];
  }
  const { isRepaired, abandoned, left } = runs;
  const line = (what: string, { name, runId, reason }: OpenRun): string => `${what}: run ${name} (${runId}): ${reason}`;
  const databases = new Set(left.flatMap(({ temporalId }) => (temporalId === null ? [] : [temporalId])));
  return [
    ...abandoned.map((run) => line(isRepaired ? 'closed' : 'abandoned', run)),
    ...(isRepaired ? left.map((run) => line('left alone', run)) : []),
    ...(isRepaired ? [...databases] : []).map(
      (id) => `hint: if Temporal database ${id} is lost for good: tt-exp doctor --repair --lost ${id}`,
    ),
  ];
};

/** @param width of a terminal; absent: whatever it takes */
export const doctorLines = (findings: DoctorFindings, width: number = Number.POSITIVE_INFINITY): readonly string[] => [
  ...checkLines(findings, width),
  ...runLines(findings.runs),
];
