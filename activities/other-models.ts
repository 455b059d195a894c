/** Registered models that a candidate is held against. */
import type { ModelVersionRecord } from '../contracts/registered-models.ts';
import type { ModelSource } from '../contracts/trainer.ts';
import type { Workspace } from '../host/workspace.ts';
import { fetchModel } from '../registry/fetch-model.ts';
import { readAncestor } from '../registry/ledger/read-ancestor.ts';
import { isGone } from './is-gone.ts';
import type { TrackingPort } from './ports.ts';

export interface OtherModelDeps {
  readonly tracking: TrackingPort;
  readonly workspace: Workspace;
}

export interface OtherModel {
  /** null: nothing to evaluate beside the candidate. */
  readonly source: ModelSource | null;
  readonly problem: string | null;
}

/** Everything that has been trained is to be judged, whatever has become of the other model's files. */
export const fetchOther = async (deps: OtherModelDeps, { runId }: ModelVersionRecord): Promise<OtherModel> => {
  if (runId === '') {
    return { source: null, problem: 'it names no run that holds its model (another tool may have registered it)' };
  }
  try {
    return { source: await fetchModel(deps, runId), problem: null };
  } catch (error) {
    if (isGone(error)) {
      return { source: null, problem: `its model cannot be fetched: ${error.message}` };
    }
    throw error;
  }
};

export interface Ancestor extends OtherModel {
  readonly version: string;
  /** '' where it is not known. */
  readonly runId: string;
}

/**
 * The best champion of the last 12 months; null where there is none but one of `known`.
 * @param known runs of candidate and champion
 */
export const findAncestor = async (
  deps: OtherModelDeps,
  {
    modelName,
    nowMs,
    known,
  }: { readonly modelName: string; readonly nowMs: number; readonly known: readonly string[] },
): Promise<Ancestor | null> => {
  const version = await readAncestor(deps.tracking, modelName, nowMs);
  if (version === null) {
    return null;
  }
  let record: ModelVersionRecord;
  try {
    record = await deps.tracking.getVersion(modelName, version);
  } catch (error) {
    if (isGone(error)) {
      return { version, runId: '', source: null, problem: 'it was deleted from the registry' };
    }
    throw error;
  }
  const { runId } = record;
  return known.includes(runId) ? null : { version, runId, ...(await fetchOther(deps, record)) };
};
