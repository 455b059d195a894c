/** One version in full. */
import type { LedgerEntry } from '../../contracts/ledger.ts';
import type { MeasuredRun, VersionDetails } from '../../contracts/model-catalogue.ts';
import { ARTIFACT, TAG } from '../../contracts/names.ts';
import { lostQuestionOf } from './lost-question.ts';
import type { ModelAt } from './model-at.ts';
import type { CatalogueReader } from './ports.ts';
import { resolveVersion } from './resolve-version.ts';
import { describeVersion, readRunFacts, verdictTags } from './run-facts.ts';
import { runPage } from './run-page.ts';

const TEST = /^test_/;

/** Of the gate. Tags are written by others too. */
export const reasonsOf = (model: Pick<ModelAt, 'names'>, run: MeasuredRun | undefined): readonly string[] => {
  const text = verdictTags(model, run)[TAG.gateReasons] ?? '[]';
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map(String) : [String(value)];
  } catch (error) {
    if (error instanceof SyntaxError) {
      return [text];
    }
    throw error;
  }
};

/** Of a time gone by the ledger alone tells: the tags are of now. */
export const recordedReasons = (version: string, entries: readonly LedgerEntry[]): readonly string[] =>
  entries
    .filter(({ action, from, to }) => to === version || (action === 'reject' && from === version))
    .slice(-1)
    .map(({ reason }) => reason);

const pagePath = (run: MeasuredRun | undefined, path: string): string | null =>
  run === undefined || run.isDeleted ? null : runPage(run, path);

/** Throws as `resolveVersion`. */
export const showVersion = async (
  tracking: CatalogueReader,
  { reference, asOfMs }: { readonly reference: string; readonly asOfMs: number | null },
): Promise<VersionDetails> => {
  const { model, version } = await resolveVersion(tracking, reference, asOfMs);
  const { record } = version;
  const { entries } = model;
  const facts = await readRunFacts(tracking, [record]);
  const run = facts.get(record.runId ?? '')?.run;
  const decision = verdictTags(model, run)[TAG.gateDecision];
  return {
    name: model.name,
    ...describeVersion(model, version, facts),
    experimentId: record.tags[TAG.experimentId] ?? run?.tags[TAG.experimentId] ?? null,
    trialId: record.tags[TAG.trialId] ?? run?.tags[TAG.trialId] ?? null,
    gateDecision: asOfMs === null ? (decision ?? null) : null,
    reasons: asOfMs === null ? reasonsOf(model, run) : recordedReasons(record.version, entries),
    // Of now: what a tag says it need not have said at an earlier time.
    gateByHand: asOfMs === null ? (record.tags[TAG.gateByHand] ?? null) : null,
    test: Object.fromEntries(
      Object.entries(run?.metrics ?? {}).flatMap(([key, value]) =>
        TEST.test(key) ? [[key.replace(TEST, ''), value]] : [],
      ),
    ),
    lostQuestion: model.aliases.challenger === record.version ? await lostQuestionOf(tracking, model) : null,
    ledgerProblem: model.ledgerProblem,
    records: entries.filter(({ from, to }) => from === record.version || to === record.version),
    mlflowPath: pagePath(run, ''),
    gatePath: decision === undefined ? null : pagePath(run, `/artifacts/${ARTIFACT.gatePage}`),
  };
};
