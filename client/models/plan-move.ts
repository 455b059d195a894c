/** A version that somebody means to move, with what is known of it: a record shall say what it rested on. */
import type { GateVerdict } from '../../contracts/gate.ts';
import type { LedgerEvidence } from '../../contracts/ledger.ts';
import type { MeasuredRun, PlannedMove } from '../../contracts/model-catalogue.ts';
import { ARTIFACT, TAG } from '../../contracts/names.ts';
import { missingFile } from '../../registry/missing-file.ts';
import type { CatalogueReader } from './ports.ts';
import { resolveVersion } from './resolve-version.ts';
import { describeVersion, readRunFacts } from './run-facts.ts';
import { reasonsOf, recordedReasons } from './show-version.ts';

const PARENT = 'mlflow.parentRunId';

interface RecordedVerdict {
  readonly runId: string;
  readonly verdict: GateVerdict;
}

/** null where the experiment's last verdict is of another run, or there is none that can be read. */
const readVerdict = async (
  tracking: CatalogueReader,
  run: MeasuredRun | undefined,
): Promise<RecordedVerdict | null> => {
  const parent = run?.tags[PARENT];
  if (run === undefined || parent === undefined || !(await tracking.measuredRuns([parent])).has(parent)) {
    return null;
  }
  const text = await tracking.getArtifactText(parent, ARTIFACT.gate);
  try {
    const verdict = JSON.parse(text ?? 'null') as GateVerdict | null;
    return verdict?.candidate?.run_id === run.runId ? { runId: parent, verdict } : null;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return null;
    }
    throw error;
  }
};

/** Throws as `resolveVersion`. */
export const planMove = async (tracking: CatalogueReader, reference: string): Promise<PlannedMove> => {
  const { model, version } = await resolveVersion(tracking, reference);
  const { record } = version;
  const facts = await readRunFacts(tracking, [record]);
  const run = facts.get(record.runId ?? '')?.run;
  const { verdict, decidedBy, ndcgAt10, datasetVersion } = describeVersion(model, version, facts);
  const recorded = await readVerdict(tracking, run);
  const experimentId = record.tags[TAG.experimentId];
  const evidence: LedgerEvidence = {
    ...(record.runId !== null && { run_id: record.runId }),
    ...(experimentId !== undefined && { experiment_id: experimentId }),
    ...(recorded !== null && { verdict_run_id: recorded.runId }),
    ...(datasetVersion !== null && { dataset_version: datasetVersion }),
    ...(ndcgAt10 !== null && { ndcg_at_10: ndcgAt10 }),
  };
  return {
    name: model.name,
    version: record.version,
    aliases: model.aliases,
    verdict,
    decidedBy,
    reasons: decidedBy === null ? reasonsOf(model, run) : recordedReasons(record.version, model.entries),
    notes: model.notes,
    evidence,
    gate: recorded?.verdict ?? null,
    problem: record.runId === null ? null : await missingFile(tracking, record.runId),
  };
};
