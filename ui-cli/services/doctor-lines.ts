/** What the doctor has found, in lines. */
import type { OpenRun, OpenRunsReport } from '../../contracts/open-runs.ts';
import { formatTable } from '../text/table.ts';
import type { DoctorFindings } from './services-runtime.ts';

const checkLines = ({ checks }: DoctorFindings): readonly string[] => [
  ...formatTable(
    [{ title: 'part' }, { title: 'status' }, { title: 'version' }, { title: 'chosen' }, { title: 'address' }],
    checks.map(({ part, status, version, chosen, address }) => [part, status, version ?? '–', chosen, address ?? '']),
  ),
  ...checks.flatMap(({ part, remedy }) => (remedy === null ? [] : [`hint: ${part}: ${remedy}`])),
];

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

export const doctorLines = (findings: DoctorFindings): readonly string[] => [
  ...checkLines(findings),
  ...runLines(findings.runs),
];
