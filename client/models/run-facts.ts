/** What the runs behind versions tell, where there still are any. */
import type { CatalogueVersion, MeasuredRun, RegisteredVersionRecord } from '../../contracts/model-catalogue.ts';
import { ARTIFACT, TAG } from '../../contracts/names.ts';
import { challengerSinceOf, deciderOf, isArchived, verdictOf } from '../../policy/registry/version-verdict.ts';
import type { ModelAt } from './model-at.ts';
import type { CatalogueReader } from './ports.ts';

/** Listings at once: MLflow's one worker answers no faster. */
const PARALLEL = 8;

const TEST_NDCG = 'test_ndcg_at_10';

export interface RunFacts {
  readonly run: MeasuredRun;
  /** Of its model's files. */
  readonly bytes: number | null;
}

/** By run id. Sizes are asked of the store each time: files of a run may be deleted. */
export const readRunFacts = async (
  tracking: CatalogueReader,
  records: readonly RegisteredVersionRecord[],
): Promise<ReadonlyMap<string, RunFacts>> => {
  const runs = await tracking.measuredRuns(records.flatMap(({ runId }) => (runId === null ? [] : [runId])));
  const facts = new Map<string, RunFacts>();
  const waiting = runs.values();
  const ask = async (): Promise<void> => {
    for (const run of waiting) {
      facts.set(run.runId, { run, bytes: await tracking.artifactBytes(run.artifactUri, ARTIFACT.modelFolder) });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, ask));
  return facts;
};

/**
 * Tags of the gate on a version's run, as far as they are about this registered model, by any of its names: a trial that
 * is taken again has the last verdict of all experiments that chose it. Earlier ones do not say which model they are about.
 */
export const verdictTags = (
  { names }: Pick<ModelAt, 'names'>,
  run: MeasuredRun | undefined,
): Readonly<Record<string, string>> => {
  const tags = run?.tags ?? {};
  const about = tags[TAG.gateModel];
  return about === undefined || names.includes(about) ? tags : {};
};

const stateOf = (runId: string | null, run: MeasuredRun | undefined): CatalogueVersion['run'] => {
  if (runId === null) {
    return 'none';
  }
  return run === undefined ? 'missing' : run.isDeleted ? 'deleted' : 'active';
};

const decisionOf = (
  model: Pick<ModelAt, 'names'>,
  run: MeasuredRun | undefined,
  isChallenger: boolean,
): string | undefined =>
  verdictTags(model, run)[TAG.gateDecision] ??
  (isChallenger && run?.tags[TAG.gateDecision] !== undefined ? 'awaiting_approval' : undefined);

/** Records of a ledger that lacks one may say the opposite of what was decided. */
const judgedOf = (
  { ledgerProblem, aliases, entries }: Pick<ModelAt, 'ledgerProblem' | 'aliases' | 'entries'>,
  version: string,
  decision: string | undefined,
): Pick<CatalogueVersion, 'verdict' | 'decidedBy' | 'isArchived' | 'challengerSince'> =>
  ledgerProblem === null
    ? {
        verdict: verdictOf({ version, aliases, entries, decision }),
        decidedBy: deciderOf(entries, version),
        isArchived: isArchived(entries, version),
        challengerSince: challengerSinceOf(aliases, entries, version),
      }
    : { verdict: 'unknown', decidedBy: null, isArchived: false };

export const describeVersion = (
  model: Pick<ModelAt, 'names' | 'asOfMs' | 'aliases' | 'entries' | 'ledgerProblem'>,
  { record, aliases }: ModelAt['versions'][number],
  facts: ReadonlyMap<string, RunFacts>,
): CatalogueVersion => {
  const { names, asOfMs, aliases: served } = model;
  const { version, runId, createdAtMs, tags } = record;
  const { run, bytes = null } = facts.get(runId ?? '') ?? {};
  // What a run's tag says now it need not have said at an earlier time.
  const decision = asOfMs === null ? decisionOf({ names }, run, served.challenger === version) : undefined;
  return {
    version,
    aliases,
    runId,
    run: stateOf(runId, run),
    bundle: tags[TAG.bundle] ?? null,
    datasetVersion: tags[TAG.datasetVersion] ?? run?.tags[TAG.datasetVersion] ?? null,
    ndcgAt10: run?.metrics[TEST_NDCG] ?? null,
    bytes,
    createdAtMs,
    ...judgedOf(model, version, decision),
  };
};
