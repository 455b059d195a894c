/** Whether a model's files are still there, without fetching them. */
import { TtExpError } from '../contracts/errors.ts';
import { ARTIFACT, MANIFEST_FILE } from '../contracts/names.ts';
import type { LedgerReader } from './ports.ts';
import { recordedDigests } from './recorded-digests.ts';

type Artifacts = Pick<LedgerReader, 'listArtifacts' | 'getArtifactText'>;

const MANIFEST = `${ARTIFACT.modelFolder}/${MANIFEST_FILE}`;

const findMissing = async (tracking: Artifacts, runId: string): Promise<string | null> => {
  const names = await tracking.listArtifacts(runId, ARTIFACT.modelFolder);
  const manifest = names.includes(MANIFEST_FILE) ? await tracking.getArtifactText(runId, MANIFEST) : null;
  if (manifest === null) {
    return MANIFEST;
  }
  const missing = Object.keys(recordedDigests(manifest)).find((name) => !names.includes(name));
  if (missing !== undefined) {
    return `${ARTIFACT.modelFolder}/${missing}`;
  }
  return (await tracking.getArtifactText(runId, ARTIFACT.encoder)) === null ? ARTIFACT.encoder : null;
};

/** The first one that is not, as a clause; null: all are, as far as their names tell. */
export const missingFile = async (tracking: Artifacts, runId: string): Promise<string | null> => {
  try {
    const path = await findMissing(tracking, runId);
    return path === null ? null : `its run ${runId} has no artifact ${path}`;
  } catch (error) {
    if (error instanceof TtExpError && error.details.errorCode === 'RESOURCE_DOES_NOT_EXIST') {
      return `its run ${runId} was deleted for good`;
    }
    throw error;
  }
};
