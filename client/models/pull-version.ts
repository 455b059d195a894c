import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import type { PulledModel } from '../../contracts/model-catalogue.ts';
import { ARTIFACT, MANIFEST_FILE, MESSAGE } from '../../contracts/names.ts';
import type { CountSink } from '../../contracts/work-count.ts';
import { pullModel } from '../../registry/pull-model.ts';
import type { PullTarget } from '../../registry/pull-target.ts';
import { recordedEncoder } from '../../registry/recorded-digests.ts';
import type { CatalogueReader } from './ports.ts';
import { resolveVersion } from './resolve-version.ts';

/** Throws as `resolveVersion` and `pullModel`. */
export const pullVersion = async (
  tracking: CatalogueReader,
  request: { readonly reference: string; readonly count?: CountSink } & PullTarget,
): Promise<PulledModel> => {
  const { reference, ...target } = request;
  const { record } = (await resolveVersion(tracking, reference)).version;
  const { name, version, runId } = record;
  if (runId === null || !(await tracking.measuredRuns([runId])).has(runId)) {
    throw new TtExpError(
      'MODEL_NOT_LOADING',
      `${MESSAGE.modelNotLoading}: ${name}/${version}: ${runId === null ? 'it was registered without a run' : `its run ${runId} was deleted for good`}, and its files with it`,
      { hint: `Pull another version: \`tt-exp models ${name}\` lists them.` },
    );
  }
  const folder = await pullModel(tracking, { runId, ...target });
  const manifest = await readFile(join(folder, ARTIFACT.modelFolder, MANIFEST_FILE), 'utf8');
  return { name, version, runId, folder, isEncoderVerified: recordedEncoder(manifest) !== undefined };
};
