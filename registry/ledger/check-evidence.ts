/** Whether what lies on candidates' runs is still what the records about them rest on. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LedgerEntry } from '../../contracts/ledger.ts';
import type { MeasuredRun } from '../../contracts/model-catalogue.ts';
import { ARTIFACT, TAG } from '../../contracts/names.ts';
import { digestFile } from '../../host/files/file-digest.ts';
import type { ArtifactReader } from '../ports.ts';
import { verdictState } from './check-verdicts.ts';

export interface EvidenceReader extends Pick<ArtifactReader, 'getArtifactFile'> {
  /** By id; those that are gone for good are left out. */
  measuredRuns(runIds: readonly string[]): Promise<ReadonlyMap<string, MeasuredRun>>;
}

export interface EvidenceFindings {
  /** A sentence for each file that was changed or is missing. */
  readonly problems: readonly string[];
  /** What could not be compared, in sentences. */
  readonly notes: readonly string[];
}

interface EvidenceFile {
  readonly path: string;
  /** Of the run: the file's digest when it was written last. */
  readonly tag: string;
  /** Whether a record rests on it. */
  readonly isOf: (record: LedgerEntry, file: string, sha256: string) => boolean | Promise<boolean>;
}

const FILES: readonly EvidenceFile[] = [
  {
    ...{ path: ARTIFACT.testMetrics, tag: TAG.testMetricsDigest },
    isOf: ({ evidence }, _file, sha256) => sha256 === evidence.test_metrics_digest,
  },
  {
    ...{ path: ARTIFACT.gateUsers, tag: TAG.gateUsersDigest },
    isOf: ({ evidence }, _file, sha256) => sha256 === evidence.gate_users_digest,
  },
  {
    ...{ path: ARTIFACT.gate, tag: TAG.gateDigest },
    isOf: async ({ evidence }, file) =>
      verdictState(await readFile(file, 'utf8'), evidence.verdict_digest ?? '') === 'intact',
  },
];

type State = 'recorded' | 'judged again' | 'was changed: its digest is another one' | 'is missing';

const stateOf = async (
  tracking: EvidenceReader,
  folder: string,
  { path, tag, isOf }: EvidenceFile,
  { record, run }: { readonly record: LedgerEntry; readonly run: MeasuredRun },
): Promise<State> => {
  const file = join(folder, `${run.runId}-${path}`);
  if (!(await tracking.getArtifactFile(run.runId, path, file))) {
    return 'is missing';
  }
  const { sha256 } = await digestFile(file);
  if (await isOf(record, file, sha256)) {
    return 'recorded';
  }
  return run.tags[tag] === sha256 ? 'judged again' : 'was changed: its digest is another one';
};

/** The last record about each run that has digests: what is evaluated again replaces what an earlier one rests on. */
const recordsByRun = (entries: readonly LedgerEntry[]): ReadonlyMap<string, LedgerEntry> =>
  new Map(
    entries.flatMap((entry) => {
      const { run_id: runId, test_metrics_digest: digest } = entry.evidence;
      return runId === undefined || digest === undefined ? [] : [[runId, entry] as const];
    }),
  );

/** Of runs whose records are all of a time before there were digests. */
const uncoveredNote = (
  entries: readonly LedgerEntry[],
  covered: ReadonlyMap<string, LedgerEntry>,
): readonly string[] => {
  const runIds = entries.flatMap(({ evidence: { run_id: runId, verdict_digest: digest } }) =>
    runId === undefined || digest === undefined || covered.has(runId) ? [] : [runId],
  );
  const { size } = new Set(runIds);
  return size === 0
    ? []
    : [
        `${ARTIFACT.testMetrics}, ${ARTIFACT.gateUsers} and ${ARTIFACT.gate} of ${size === 1 ? "1 candidate's run" : `${size} candidates' runs`} were recorded without their digests: nobody can tell whether they were edited`,
      ];
};

/** As it is in MLflow now; every file of every candidate is fetched. */
export const changedEvidence = async (
  tracking: EvidenceReader,
  entries: readonly LedgerEntry[],
): Promise<EvidenceFindings> => {
  const records = recordsByRun(entries);
  const runs = await tracking.measuredRuns([...records.keys()]);
  const problems: string[] = [];
  const notes: string[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'tt-exp-evidence-'));
  try {
    for (const [runId, record] of records) {
      const run = runs.get(runId);
      if (run === undefined) {
        problems.push(`run ${runId}, whose evaluation record ${record.seq} rests on, was deleted for good`);
        continue;
      }
      const again: string[] = [];
      for (const file of FILES) {
        const state = await stateOf(tracking, folder, file, { record, run });
        if (state === 'judged again') {
          again.push(file.path);
        } else if (state !== 'recorded') {
          problems.push(`${file.path} of run ${runId}, which record ${record.seq} rests on, ${state}`);
        }
      }
      if (again.length > 0) {
        notes.push(
          `run ${runId} was judged again since record ${record.seq}, so that its ${again.join(', ')} cannot be compared with it`,
        );
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { problems, notes: [...notes, ...uncoveredNote(entries, records)] };
};
