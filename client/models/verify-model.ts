/** Whether a model's ledger and files are as they were written. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import type { ModelVerification, VerifiedVersion } from '../../contracts/model-catalogue.ts';
import { ALIAS, MESSAGE } from '../../contracts/names.ts';
import { fetchModel } from '../../registry/fetch-model.ts';
import { readLedger } from '../../registry/ledger/read-ledger.ts';
import { findModelAt, type ModelAt } from './model-at.ts';
import type { CatalogueReader } from './ports.ts';

export interface VerifyRequest {
  readonly name: string;
  /** Versions that serve, may serve soon or did before; otherwise every version. */
  readonly isAll: boolean;
  readonly onVersion: (version: string) => void;
}

const SERVED: readonly string[] = Object.values(ALIAS);

/** Into a new folder: files that lie in the home from an earlier time would hide what became of MLflow's. */
const problemOf = async (tracking: CatalogueReader, runId: string | null): Promise<string | null> => {
  if (runId === null) {
    return 'it was registered without a run, so nothing is known of its files';
  }
  if (!(await tracking.measuredRuns([runId])).has(runId)) {
    return `its run ${runId} was deleted for good`;
  }
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

const verifyVersions = async (
  tracking: CatalogueReader,
  { versions }: ModelAt,
  { isAll, onVersion }: VerifyRequest,
): Promise<readonly VerifiedVersion[]> => {
  const verified: VerifiedVersion[] = [];
  for (const { record, aliases } of versions) {
    if (isAll || aliases.some((alias) => SERVED.includes(alias))) {
      onVersion(record.version);
      verified.push({ version: record.version, aliases, problem: await problemOf(tracking, record.runId) });
    }
  }
  return verified;
};

/** Throws MODEL_NOT_FOUND; what is broken is in the answer. */
export const verifyModel = async (tracking: CatalogueReader, request: VerifyRequest): Promise<ModelVerification> => {
  const model = await findModelAt(tracking, request.name);
  const ledger = await readLedger(tracking, model.name);
  return {
    name: model.name,
    records: ledger?.entries.length ?? 0,
    broken: ledger?.broken ?? null,
    versions: await verifyVersions(tracking, model, request),
    aliases: model.aliases,
    ledgerChampion: ledger === null ? null : { version: ledger.standing.champion },
  };
};
