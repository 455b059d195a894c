/** A version that somebody means to move, with what is known of it: a record shall say what it rested on. */
import type { GateVerdict } from '../../contracts/gate.ts';
import type { LedgerEvidence } from '../../contracts/ledger.ts';
import type { MeasuredRun, PlannedMove } from '../../contracts/model-catalogue.ts';
import { ARTIFACT, TAG } from '../../contracts/names.ts';
import { findAskingRun } from '../../registry/asking-run.ts';
import { missingFile } from '../../registry/missing-file.ts';
import { gateWordOf } from './gate-word.ts';
import { lastOnlineEvidence } from './online-evidence.ts';
import type { CatalogueReader } from './ports.ts';
import { type ResolvedVersion, resolveVersion } from './resolve-version.ts';
import { describeVersion, readRunFacts } from './run-facts.ts';
import { reasonsOf, recordedReasons } from './show-version.ts';

const PARENT = 'mlflow.parentRunId';

interface RecordedVerdict {
  readonly runId: string;
  readonly verdict: GateVerdict;
}

/** Of the experiment that asked about the version; one of an earlier build names none, and was trained by the one that did. */
const verdictRunOf = async (
  tracking: CatalogueReader,
  { version: { record }, model }: ResolvedVersion,
  run: MeasuredRun | undefined,
): Promise<string | null> => {
  const { version, tags } = record;
  const asking = await findAskingRun(tracking, { version, tags, entries: model.entries });
  const isOfOther = tags[TAG.experimentId] !== undefined && tags[TAG.experimentId] !== run?.tags[TAG.experimentId];
  return asking ?? (isOfOther ? null : (run?.tags[PARENT] ?? null));
};

/** null where the experiment's last verdict is of another run, or there is none that can be read. */
const readVerdict = async (
  tracking: CatalogueReader,
  parent: string | null,
  run: MeasuredRun | undefined,
): Promise<RecordedVerdict | null> => {
  if (run === undefined || parent === null || !(await tracking.measuredRuns([parent])).has(parent)) {
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
  const resolved = await resolveVersion(tracking, reference);
  const { model, version } = resolved;
  const { record } = version;
  const facts = await readRunFacts(tracking, [record]);
  const run = facts.get(record.runId ?? '')?.run;
  const described = describeVersion(model, version, facts);
  const { verdict, decidedBy, challengerSince, bundle, ndcgAt10, datasetVersion } = described;
  const recorded = await readVerdict(tracking, await verdictRunOf(tracking, resolved, run), run);
  const experimentId = record.tags[TAG.experimentId];
  const { names } = model;
  const tried = run === undefined ? null : { runId: run.runId, version: record.version, names };
  const online = tried === null ? null : await lastOnlineEvidence(tracking, tried);
  const evidence: LedgerEvidence = {
    ...(record.runId !== null && { run_id: record.runId }),
    ...(experimentId !== undefined && { experiment_id: experimentId }),
    ...(recorded !== null && { verdict_run_id: recorded.runId }),
    ...(datasetVersion !== null && { dataset_version: datasetVersion }),
    ...(ndcgAt10 !== null && { ndcg_at_10: ndcgAt10 }),
    ...(online !== null && { online }),
  };
  return {
    name: model.name,
    version: record.version,
    aliases: model.aliases,
    verdict,
    decidedBy,
    challengerSince: challengerSince ?? null,
    bundle,
    gateWord: gateWordOf(model, record.version, run),
    reasons: decidedBy === null ? reasonsOf(model, run) : recordedReasons(record.version, model.entries),
    notes: [...model.notes, ...(model.ledgerProblem === null ? [] : [model.ledgerProblem])],
    evidence,
    gate: recorded?.verdict ?? null,
    problem: record.runId === null ? null : await missingFile(tracking, record.runId),
  };
};
