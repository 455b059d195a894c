/** Whether a model's ledger and files are as they were written. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import type { ModelVerification, RegisteredVersionRecord, VerifiedVersion } from '../../contracts/model-catalogue.ts';
import { ALIAS, ARTIFACT, MANIFEST_FILE, MESSAGE, TAG } from '../../contracts/names.ts';
import type { CountSink } from '../../contracts/work-count.ts';
import { UNBLESSED } from '../../policy/registry/unblessed.ts';
import { checkKeptCopy } from '../../registry/bundle/check-kept-copy.ts';
import { copyProblem } from '../../registry/check-copy.ts';
import { fetchModel } from '../../registry/fetch-model.ts';
import { changedEvidence } from '../../registry/ledger/check-evidence.ts';
import { changedVerdicts } from '../../registry/ledger/check-verdicts.ts';
import { deletedQuestion, questionProblem } from '../../registry/ledger/kept-question.ts';
import type { LedgerReading } from '../../registry/ledger/read-ledger.ts';
import { readLooksOf } from '../../registry/ledger/read-looks.ts';
import { recordedEncoder } from '../../registry/recorded-digests.ts';
import { findModelAt, type ModelAt } from './model-at.ts';
import type { CatalogueReader } from './ports.ts';

export interface VerifyRequest {
  readonly name: string;
  /** Versions that serve, may serve soon or did before; otherwise every version. */
  readonly isAll: boolean;
  /** Told how many versions are verified. */
  readonly count: CountSink;
}

const MANIFEST = `${ARTIFACT.modelFolder}/${MANIFEST_FILE}`;

const SERVED: readonly string[] = Object.values(ALIAS);

/** Into a new folder: files that lie in the home from an earlier time would hide what became of MLflow's. */
const ownProblem = async (tracking: CatalogueReader, runId: string): Promise<string | null> => {
  const folder = await mkdtemp(join(tmpdir(), 'tt-exp-verify-'));
  try {
    await fetchModel({ tracking, workspace: { modelFolder: async () => folder } }, runId);
    return null;
  } catch (error) {
    if (error instanceof TtExpError && error.code === 'MODEL_NOT_LOADING') {
      return error.message.replace(`${MESSAGE.modelNotLoading}: `, '');
    }
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

interface Finding {
  readonly problem: string | null;
  /** What could not be compared, in sentences. */
  readonly notes: readonly string[];
}

const findingOf = async (
  tracking: CatalogueReader,
  { runId, modelId, version, tags }: RegisteredVersionRecord,
): Promise<Finding> => {
  if (runId === null) {
    return { problem: 'it was registered without a run, so nothing is known of its files', notes: [] };
  }
  const run = (await tracking.measuredRuns([runId])).get(runId);
  const hasRun = run !== undefined;
  const digest = tags[TAG.bundle];
  const manifest = hasRun ? await tracking.getArtifactText(runId, MANIFEST) : null;
  const bundle =
    run === undefined || digest === undefined
      ? null
      : await checkKeptCopy(tracking, { runId, digest, runDigest: run.tags[TAG.bundle] });
  const problems = [
    hasRun ? await ownProblem(tracking, runId) : `its run ${runId} was deleted for good`,
    modelId === null ? null : await copyProblem(tracking, { modelId, manifest }),
    bundle?.problem ?? null,
  ].filter((problem) => problem !== null);
  const isUnrecorded = manifest !== null && recordedEncoder(manifest) === undefined;
  return {
    problem: problems.length === 0 ? null : problems.join('; '),
    notes: [
      ...(isUnrecorded
        ? [`its encoder's digest was not recorded, so nobody can tell whether its ${ARTIFACT.encoder} was edited`]
        : []),
      ...(bundle?.note == null ? [] : [bundle.note]),
    ].map((note) => `version ${version}: ${note}`),
  };
};

const isServed = (aliases: readonly string[]): boolean => aliases.some((alias) => SERVED.includes(alias));

const unblessedNote = ({ version, tags }: RegisteredVersionRecord, aliases: readonly string[]): readonly string[] =>
  isServed(aliases) && tags[TAG.bundle] === undefined ? [`version ${version}: not blessed: ${UNBLESSED}`] : [];

const verifyVersions = async (
  tracking: CatalogueReader,
  { versions }: ModelAt,
  { isAll, count }: VerifyRequest,
): Promise<Pick<ModelVerification, 'versions' | 'notes' | 'unchecked'>> => {
  const asked = versions.filter(({ aliases }) => isAll || isServed(aliases));
  const tell = (done: number): void => count({ done, total: asked.length, unit: 'versions' });
  tell(0);
  const verified: VerifiedVersion[] = [];
  const allNotes: string[] = [];
  for (const { record, aliases } of asked) {
    const { problem, notes } = await findingOf(tracking, record);
    verified.push({ version: record.version, aliases, problem });
    allNotes.push(...notes, ...unblessedNote(record, aliases));
    tell(verified.length);
  }
  return { versions: verified, notes: allNotes, unchecked: versions.length - asked.length };
};

const BEFORE_DIGEST = `${ARTIFACT.looks} of its ledger was written before its digest was kept: nobody can tell whether it was edited; the next look covers it`;

/** Of what lies beside the records. */
const verifyBeside = async (
  tracking: CatalogueReader,
  { name: modelName, aliases, versions }: ModelAt,
  ledger: LedgerReading | null,
): Promise<Pick<ModelVerification, 'problems' | 'notes' | 'deletedQuestion'>> => {
  if (ledger === null) {
    return { problems: [], notes: [], deletedQuestion: null };
  }
  const { problem, isUncovered } = await readLooksOf(tracking, ledger);
  const verdicts = await changedVerdicts(tracking, ledger.entries);
  const evidence = await changedEvidence(tracking, ledger.entries);
  const asked = { ...ledger, modelName, challenger: aliases.challenger };
  const existing = versions.map(({ record }) => record.version);
  const question = await questionProblem(tracking, asked);
  const deleted = question === null ? await deletedQuestion(tracking, asked, existing) : null;
  return {
    problems: [
      ...verdicts,
      ...evidence.problems,
      ...(problem === null ? [] : [`${ARTIFACT.looks} of MLflow run ${ledger.runId} ${problem}`]),
      ...[question, deleted].filter((one) => one !== null),
    ],
    deletedQuestion: deleted,
    notes: [...(isUncovered ? [BEFORE_DIGEST] : []), ...evidence.notes],
  };
};

/** Throws MODEL_NOT_FOUND; what is broken is in the answer. */
export const verifyModel = async (tracking: CatalogueReader, request: VerifyRequest): Promise<ModelVerification> => {
  const model = await findModelAt(tracking, request.name);
  const { ledger } = model;
  const { problems, notes, deletedQuestion: deleted } = await verifyBeside(tracking, model, ledger);
  const files = await verifyVersions(tracking, model, request);
  return {
    name: model.name,
    records: ledger?.entries.length ?? 0,
    broken: ledger?.broken ?? null,
    problems,
    deletedQuestion: deleted,
    notes: [...model.notes, ...notes, ...files.notes],
    versions: files.versions,
    unchecked: files.unchecked,
    aliases: model.aliases,
    ledgerChampion: ledger === null || ledger.broken !== null ? null : { version: ledger.standing.champion },
  };
};
