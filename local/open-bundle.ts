/** From a model that somebody names to its bundle: found in the home, or built there. */
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BUNDLE_FORMAT, type BundledModel, MOST_ITEMS_EXACT } from '../contracts/bundle.ts';
import { TtExpError } from '../contracts/errors.ts';
import { ALIAS, MANIFEST_FILE } from '../contracts/names.ts';
import { digestFile, shortDigest } from '../host/files/file-digest.ts';
import { exists, isFileError } from '../host/files/file-errors.ts';
import { isObject, readJsonFile, writeJsonFile } from '../host/files/json-file.ts';
import { namesIn } from '../host/files/names-in.ts';
import { homeLayout } from '../host/home-layout.ts';
import { createWorkspace } from '../host/workspace.ts';
import { type LoadedBundle, loadBundle } from '../registry/bundle/load-bundle.ts';
import { readBundleManifest } from '../registry/bundle/read-manifest.ts';
import { type FoundModel, findModel } from '../registry/find-model.ts';
import { parseReference } from '../registry/model-reference.ts';
import type { LocalContext } from './local-context.ts';
import { openLocalData } from './local-data.ts';
import { findTracking } from './local-tracking.ts';
import type { LocalTracking } from './ports.ts';

const DIGEST = /^[0-9a-f]{64}$/;

/**
 * Beside the bundles: which of them was built from what, and which of them a reference led to last. Both only save work,
 * so what cannot be read is as good as nothing.
 */
const recordFile = (homeFolder: string, kind: 'built' | 'references', key: string): string =>
  join(homeLayout(homeFolder).bundlesFolder, kind, `${key}.json`);

const readDigest = async (file: string): Promise<string | null> => {
  try {
    const record = await readJsonFile(file);
    return isObject(record) && typeof record.digest === 'string' && DIGEST.test(record.digest) ? record.digest : null;
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

const folderOf = ({ homeFolder }: LocalContext, digest: string): string =>
  join(homeLayout(homeFolder).bundlesFolder, digest);

/** The bundle, or why it is of no use. Throws what is no fault of the bundle. */
const loadKept = async (context: LocalContext, digest: string): Promise<LoadedBundle | TtExpError> => {
  try {
    return await loadBundle(folderOf(context, digest));
  } catch (error) {
    if (error instanceof TtExpError && (error.code === 'MODEL_NOT_LOADING' || error.code === 'MODEL_INCOMPATIBLE')) {
      return error;
    }
    throw error;
  }
};

/** A bundle that is not whole keeps its name until another one can take it. */
const replace = async (context: LocalContext, digest: string, make: () => Promise<LoadedBundle>) => {
  const folder = folderOf(context, digest);
  const aside = folderOf(context, `.damaged-${digest}`);
  await rm(aside, { recursive: true, force: true });
  try {
    await rename(folder, aside);
  } catch (error) {
    if (!isFileError(error, 'ENOENT')) {
      throw error;
    }
    return make();
  }
  try {
    const made = await make();
    await rm(aside, { recursive: true, force: true });
    return made;
  } catch (error) {
    if (!(await exists(folder))) {
      await rename(aside, folder);
    }
    throw error;
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
  if (kept !== null && !(kept instanceof TtExpError)) {
    return kept;
  }
  const make = () => build(context, model, tracking);
  if (kept !== null) {
    context.log('warn', `${kept.message}; the bundle is built anew`);
  }
  const built = known === null ? await make() : await replace(context, known, make);
  await writeJsonFile(record, { digest: built.digest });
  return built;
};

const isOutOfReach = (error: unknown): error is TtExpError =>
  error instanceof TtExpError && (error.code === 'SERVICE_UNREACHABLE' || error.code === 'TIMED_OUT');

/** A name alone is its champion's. */
const plainReference = (reference: string): string => {
  const parsed = parseReference(reference);
  return parsed.kind === 'version' && parsed.alias === ALIAS.champion ? parsed.name : reference;
};

/** Bundles of the registered model that a reference names, the newest version first; none of another alias. */
const bundlesOf = async ({ homeFolder }: LocalContext, reference: string) => {
  const parsed = parseReference(plainReference(reference));
  if (parsed.kind !== 'version' || parsed.alias !== null) {
    return [];
  }
  const found: { readonly digest: string; readonly version: string }[] = [];
  const { bundlesFolder } = homeLayout(homeFolder);
  for (const name of (await namesIn(bundlesFolder)).filter((one) => DIGEST.test(one))) {
    // What is not whole is of no use here, and named where it was to be used.
    const read = await readBundleManifest(join(bundlesFolder, name)).catch(() => null);
    const model = read?.manifest.model;
    const version = model?.version ?? null;
    if (model?.name === parsed.name && version !== null && version === (parsed.version ?? version)) {
      found.push({ digest: name, version });
    }
  }
  return found.sort((a, b) => Number(b.version) - Number(a.version));
};

/** The last bundle that this reference led to, or another whole one of the model. Throws `error` where there is none. */
const lastOf = async (context: LocalContext, record: string, error: TtExpError, reference: string) => {
  const known = await readDigest(record);
  const last = known === null ? null : await loadKept(context, known);
  if (last !== null && !(last instanceof TtExpError)) {
    context.log('warn', `${error.message}; answering from the last bundle of ${reference}, which may be out of date`);
    return last;
  }
  for (const { digest, version } of await bundlesOf(context, reference)) {
    const kept = await loadKept(context, digest);
    if (!(kept instanceof TtExpError)) {
      const why = [error.message, last?.message ?? []].flat().join('; ');
      context.log('warn', `${why}; answering from the bundle of version ${version}, which may be out of date`);
      return kept;
    }
  }
  if (last === null) {
    throw error;
  }
  throw new TtExpError(error.code, `${error.message}; ${last.message}`, {
    hint: 'Start MLflow with `tt-exp up`, or set MLFLOW_TRACKING_URI: the bundle is then built anew.',
    cause: error,
  });
};

/**
 * Verified and loaded. A bundle is built once for a model and its dataset version; later calls need no TensorFlow, and
 * without MLflow the last bundle that the same reference led to is taken, or another one of the model, with a warning. Throws what `findModel` throws,
 * DATASET_NOT_FOUND, MODEL_INCOMPATIBLE, TENSORFLOW_UNAVAILABLE, DISK_FULL.
 * @param reference a folder, `name`, `name@alias`, `name/version`, a run's id, or `<experiment id>/<trial id>`
 */
export const openBundle = async (context: LocalContext, reference: string): Promise<LoadedBundle> => {
  const record = recordFile(context.homeFolder, 'references', shortDigest(plainReference(reference)));
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
