/** From a model that somebody names to its bundle: found in the home, or built there. */
import { join } from 'node:path';
import { type BundledModel, MOST_ITEMS_EXACT } from '../contracts/bundle.ts';
import { isOutOfReach, TtExpError } from '../contracts/errors.ts';
import { ALIAS, TAG } from '../contracts/names.ts';
import { shortDigest } from '../host/files/file-digest.ts';
import { exists } from '../host/files/file-errors.ts';
import { writeJsonFile } from '../host/files/json-file.ts';
import { namesIn } from '../host/files/names-in.ts';
import { homeLayout } from '../host/home-layout.ts';
import { createWorkspace } from '../host/workspace.ts';
import { builtNote, bundleNote, isBundleDigest, noteBundle, readBundleNote } from '../registry/bundle/built-bundles.ts';
import { fetchBundle } from '../registry/bundle/fetch-bundle.ts';
import { loadKept, replaceBundle } from '../registry/bundle/kept-bundles.ts';
import { type LoadedBundle, loadBundle } from '../registry/bundle/load-bundle.ts';
import { readBundleManifest } from '../registry/bundle/read-manifest.ts';
import { type FoundModel, findModel } from '../registry/find-model.ts';
import { parseReference } from '../registry/model-reference.ts';
import type { LocalContext } from './local-context.ts';
import { openLocalData } from './local-data.ts';
import { findTracking } from './local-tracking.ts';
import type { LocalTracking, Patience } from './ports.ts';
import { explainHome } from './unusable-home.ts';

export const identityOf = ({ runId, version }: FoundModel): Omit<BundledModel, 'manifest_digest'> => ({
  name: version?.name ?? null,
  version: version?.version ?? null,
  run_id: runId,
});

const isMlflowAway = (error: TtExpError): boolean => isOutOfReach(error);

const isFull = (error: unknown): error is TtExpError => error instanceof TtExpError && error.code === 'DISK_FULL';

const bundlesFolderOf = ({ homeFolder }: LocalContext): string => homeLayout(homeFolder).bundlesFolder;

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
      bundlesFolder: bundlesFolderOf(context),
      mostItemsExact: MOST_ITEMS_EXACT,
    },
    context.signal,
  );
  return loadBundle(folder);
};

/** A note only saves work: where none can be written, the bundle that is here answers all the same. */
const noteOrWarn = async (
  { homeFolder, log }: LocalContext,
  write: () => Promise<void>,
  consequence: string,
): Promise<void> => {
  try {
    await write();
  } catch (caught) {
    const error = explainHome(caught, homeFolder);
    if (error === null) {
      throw caught;
    }
    log('warn', `${error.message}: ${consequence}. ${error.hint}`);
  }
};

/** The one that the gate has judged, from this home or from its run; null where neither has it. */
const findJudged = async (
  context: LocalContext,
  { name, runId, version }: FoundModel,
  tracking: LocalTracking | null,
): Promise<LoadedBundle | null> => {
  const digest = version?.tags[TAG.bundle] ?? '';
  if (!isBundleDigest(digest)) {
    return null;
  }
  const bundlesFolder = bundlesFolderOf(context);
  const kept = await loadKept(bundlesFolder, digest);
  if (!(kept instanceof TtExpError)) {
    return kept;
  }
  const isDamaged = await exists(join(bundlesFolder, digest));
  try {
    if (tracking !== null && runId !== null && (await fetchBundle(tracking, bundlesFolder, { runId, digest }))) {
      if (isDamaged) {
        context.log('warn', `${kept.message}; the bundle of ${name} that was judged is fetched again`);
      }
      context.log('info', `fetched the bundle of ${name}, as it was judged`);
      return await loadBundle(join(bundlesFolder, digest));
    }
  } catch (error) {
    if (!(error instanceof TtExpError && (error.code === 'MODEL_NOT_LOADING' || error.code === 'MODEL_INCOMPATIBLE'))) {
      throw error;
    }
    context.log('warn', `the bundle of ${name} that was judged cannot be fetched: ${error.message}`);
  }
  return null;
};

const warnUnjudged = (context: LocalContext, { name, version }: FoundModel, bundle: LoadedBundle): LoadedBundle => {
  const judged = version?.tags[TAG.bundle] ?? bundle.digest;
  if (judged !== bundle.digest) {
    context.log('warn', `the bundle of ${name} is ${bundle.digest} here, and the gate has judged ${judged}`);
  }
  return bundle;
};

/** What was judged, or was built from the same model and data before; else a new one, with a warning where another was judged. */
const findOrBuild = async (
  context: LocalContext,
  model: FoundModel,
  tracking: LocalTracking | null,
): Promise<LoadedBundle> => {
  const judged = await findJudged(context, model, tracking);
  if (judged !== null) {
    return judged;
  }
  const bundlesFolder = bundlesFolderOf(context);
  const record = await builtNote(bundlesFolder, {
    source: model.source,
    datasetVersion: model.facts.dataset_version,
    identity: identityOf(model),
  });
  const known = await readBundleNote(record);
  const kept = known === null ? null : await loadKept(bundlesFolder, known);
  if (kept !== null && !(kept instanceof TtExpError)) {
    return warnUnjudged(context, model, kept);
  }
  const make = () => build(context, model, tracking);
  if (kept !== null) {
    context.log('warn', `${kept.message}; the bundle is built anew`);
  }
  const built = known === null ? await make() : await replaceBundle(bundlesFolder, known, make);
  await noteOrWarn(
    context,
    () => noteBundle(record, built.digest),
    `the bundle of ${model.name} is here, and is built again when it is next asked for, as ${record} cannot be written`,
  );
  return warnUnjudged(context, model, built);
};

/** A name alone is its champion's. */
const plainReference = (reference: string): string => {
  const parsed = parseReference(reference);
  return parsed.kind === 'version' && parsed.alias === ALIAS.champion ? parsed.name : reference;
};

/** Bundles of the registered model that a reference names, the newest version first; none of another alias. */
const bundlesOf = async (bundlesFolder: string, reference: string) => {
  const parsed = parseReference(plainReference(reference));
  if (parsed.kind !== 'version' || parsed.alias !== null) {
    return [];
  }
  const found: { readonly digest: string; readonly version: string }[] = [];
  for (const name of (await namesIn(bundlesFolder)).filter(isBundleDigest)) {
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
  const bundlesFolder = bundlesFolderOf(context);
  const known = await readBundleNote(record);
  const last = known === null ? null : await loadKept(bundlesFolder, known);
  const remedy = isMlflowAway(error) ? undefined : error.hint;
  const outOfDate = `which may be out of date${remedy === undefined ? '' : `. ${remedy}`}`;
  if (last !== null && !(last instanceof TtExpError)) {
    context.log('warn', `${error.message}; answering from the last bundle of ${reference}, ${outOfDate}`);
    return last;
  }
  for (const { digest, version } of await bundlesOf(bundlesFolder, reference)) {
    const kept = await loadKept(bundlesFolder, digest);
    if (!(kept instanceof TtExpError)) {
      const why = [error.message, last?.message ?? []].flat().join('; ');
      context.log('warn', `${why}; answering from the bundle of version ${version}, ${outOfDate}`);
      return kept;
    }
  }
  if (last === null) {
    throw error;
  }
  throw new TtExpError(error.code, `${error.message}; ${last.message}`, {
    hint: remedy ?? 'Start MLflow with `tt-exp up`, or set MLFLOW_TRACKING_URI: the bundle is then built anew.',
    cause: error,
  });
};

/** Whether something of this home answers where MLflow does not. */
const hasLast = async (bundlesFolder: string, record: string, reference: string): Promise<boolean> =>
  (await readBundleNote(record)) !== null || (await bundlesOf(bundlesFolder, reference)).length > 0;

/**
 * Verified and loaded. A bundle is built once for a model and its dataset version; later calls need no TensorFlow, and
 * without MLflow, or in a home that takes no files or has no space left, the last bundle that the same reference led to
 * is taken, or another one of the model, with a warning. Throws what `findModel` throws, ENVIRONMENT_INVALID where nothing can be written,
 * DATASET_NOT_FOUND, MODEL_INCOMPATIBLE, TENSORFLOW_UNAVAILABLE, DISK_FULL.
 * @param reference a folder, `name`, `name@alias`, `name/version`, a run's id, or `<experiment id>/<trial id>`
 * @param patience with an MLflow that does not answer; default: short where the home has a bundle in its place
 */
export const openBundle = async (
  context: LocalContext,
  reference: string,
  patience?: Patience,
): Promise<LoadedBundle> => {
  const bundlesFolder = bundlesFolderOf(context);
  const record = bundleNote(bundlesFolder, 'references', shortDigest(plainReference(reference)));
  const fitting = async (): Promise<Patience> => ((await hasLast(bundlesFolder, record, reference)) ? 'short' : 'long');
  const tracking = await findTracking(context, patience ?? (await fitting()));
  try {
    const model = await findModel({ tracking, workspace: createWorkspace(context.homeFolder) }, reference);
    const bundle = await findOrBuild(context, model, tracking);
    if ((await readBundleNote(record)) !== bundle.digest) {
      await noteOrWarn(
        context,
        () => writeJsonFile(record, { reference, digest: bundle.digest }),
        `without MLflow, ${reference} may lead to another bundle than now, as ${record} cannot be written`,
      );
    }
    return bundle;
  } catch (caught) {
    const error = isOutOfReach(caught) || isFull(caught) ? caught : explainHome(caught, context.homeFolder);
    if (error === null) {
      throw caught;
    }
    return await lastOf(context, record, error, reference);
  } finally {
    await tracking?.close();
  }
};
