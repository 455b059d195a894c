/** From a model that somebody names to its bundle: found in the home, or built there. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BUNDLE_FORMAT, type BundledModel, MOST_ITEMS_EXACT } from '../contracts/bundle.ts';
import { TtExpError } from '../contracts/errors.ts';
import { MANIFEST_FILE } from '../contracts/names.ts';
import { digestFile, shortDigest } from '../host/files/file-digest.ts';
import { isObject, readJsonFile, writeJsonFile } from '../host/files/json-file.ts';
import { homeLayout } from '../host/home-layout.ts';
import { createWorkspace } from '../host/workspace.ts';
import { type LoadedBundle, loadBundle } from '../registry/bundle/load-bundle.ts';
import { type FoundModel, findModel } from '../registry/find-model.ts';
import type { LocalContext } from './local-context.ts';
import { openLocalData } from './local-data.ts';
import { findTracking } from './local-tracking.ts';
import type { LocalTracking } from './ports.ts';

/**
 * Beside the bundles: which of them was built from what, and which of them a reference led to last. Both only save work,
 * so what cannot be read is as good as nothing.
 */
const recordFile = (homeFolder: string, kind: 'built' | 'references', key: string): string =>
  join(homeLayout(homeFolder).bundlesFolder, kind, `${key}.json`);

const readDigest = async (file: string): Promise<string | null> => {
  try {
    const record = await readJsonFile(file);
    return isObject(record) && typeof record.digest === 'string' && /^[0-9a-f]{64}$/.test(record.digest)
      ? record.digest
      : null;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return null;
    }
    throw error;
  }
};

const identityOf = ({ runId, version }: FoundModel): Omit<BundledModel, 'manifest_digest'> => ({
  name: version?.name ?? null,
  version: version?.version ?? null,
  run_id: runId,
});

/** A bundle that is whole, or null; what is not whole is removed, and built anew by whoever asks. */
const loadKept = async ({ homeFolder, log }: LocalContext, digest: string): Promise<LoadedBundle | null> => {
  const folder = join(homeLayout(homeFolder).bundlesFolder, digest);
  try {
    return await loadBundle(folder);
  } catch (error) {
    if (!(error instanceof TtExpError) || error.code !== 'MODEL_NOT_LOADING') {
      throw error;
    }
    log('warn', `${error.message}; the bundle is built anew`);
    await rm(folder, { recursive: true, force: true });
    return null;
  }
};

const build = async (
  context: LocalContext,
  model: FoundModel,
  tracking: LocalTracking | null,
): Promise<LoadedBundle> => {
  const { facts, source } = model;
  context.log('info', `building the bundle of ${model.name}`);
  const dataset = await openLocalData(context, { kind: 'version', version: facts.dataset_version }, tracking);
  const compute = await context.ports.openCompute('auto', null);
  const { folder } = await compute.buildBundle(
    {
      kind: 'build_bundle',
      datasetFolder: dataset.folder,
      model: source,
      identity: identityOf(model),
      bundlesFolder: homeLayout(context.homeFolder).bundlesFolder,
      mostItemsExact: MOST_ITEMS_EXACT,
    },
    context.signal,
  );
  return loadBundle(folder);
};

/** What was built from the same model and data before, else a new one. */
const findOrBuild = async (
  context: LocalContext,
  model: FoundModel,
  tracking: LocalTracking | null,
): Promise<LoadedBundle> => {
  const manifest = await digestFile(join(model.source.modelFolder, MANIFEST_FILE));
  const encoder = await digestFile(model.source.encoderFile);
  const key = shortDigest({
    ...{ format: BUNDLE_FORMAT, manifest: manifest.sha256, encoder: encoder.sha256 },
    ...{ dataset: model.facts.dataset_version, identity: identityOf(model) },
  });
  const record = recordFile(context.homeFolder, 'built', key);
  const known = await readDigest(record);
  const kept = known === null ? null : await loadKept(context, known);
  if (kept !== null) {
    return kept;
  }
  const built = await build(context, model, tracking);
  await writeJsonFile(record, { digest: built.digest });
  return built;
};

const isOutOfReach = (error: unknown): error is TtExpError =>
  error instanceof TtExpError && (error.code === 'SERVICE_UNREACHABLE' || error.code === 'TIMED_OUT');

/** The last bundle that this reference led to. Throws `error` where there is none. */
const lastOf = async (context: LocalContext, record: string, error: TtExpError, reference: string) => {
  const known = await readDigest(record);
  const kept = known === null ? null : await loadKept(context, known);
  if (kept === null) {
    throw error;
  }
  context.log('warn', `${error.message}; answering from the last bundle of ${reference}, which may be out of date`);
  return kept;
};

/**
 * Verified and loaded. A bundle is built once for a model and its dataset version; later calls need no TensorFlow, and
 * without MLflow the last bundle that the same reference led to is taken, with a warning. Throws what `findModel` throws,
 * DATASET_NOT_FOUND, MODEL_INCOMPATIBLE, TENSORFLOW_UNAVAILABLE, DISK_FULL.
 * @param reference a folder, `name`, `name@alias`, `name/version`, a run's id, or `<experiment id>/<trial id>`
 */
export const openBundle = async (context: LocalContext, reference: string): Promise<LoadedBundle> => {
  const record = recordFile(context.homeFolder, 'references', shortDigest(reference));
  const tracking = await findTracking(context);
  try {
    const model = await findModel({ tracking, workspace: createWorkspace(context.homeFolder) }, reference);
    const bundle = await findOrBuild(context, model, tracking);
    await writeJsonFile(record, { reference, digest: bundle.digest });
    return bundle;
  } catch (error) {
    if (!isOutOfReach(error)) {
      throw error;
    }
    return await lastOf(context, record, error, reference);
  } finally {
    await tracking?.close();
  }
};
