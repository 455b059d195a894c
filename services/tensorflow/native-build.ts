/** tfjs-node's native binding on a current C library, built once for a machine and kept in the cache folder. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ErrorRecord, fromErrorRecord, isErrorCode, TtExpError, toErrorRecord } from '../../contracts/errors.ts';
import { isObject } from '../../contracts/is-object.ts';
import { readJsonFile, writeJsonFile } from '../../host/files/json-file.ts';
import { withLock } from '../../host/locks/with-lock.ts';
import { installBindingPackage } from './binding-package.ts';
import { compileBinding, requireCompiler } from './compile-binding.ts';
import {
  type BuildContext,
  type NativeBuild,
  type NativeBuildPlace,
  type NativeBuildRequest,
  requirementsName,
  type TriedBuild,
} from './native-build-types.ts';
import { runTrial } from './trial-run.ts';
import { installVendorLibrary } from './vendor-library.ts';
import { fetchWheelLibrary } from './wheel-library.ts';

const MARKER = 'complete.json';
const FAILURE = 'failure.json';

const baseOf = async ({ variant, cacheFolder, provisionFolder }: NativeBuildPlace): Promise<string> => {
  const hash = createHash('sha256').update(`${process.platform}\0${process.arch}\0${variant}`);
  for (const name of ['package-lock.json', requirementsName(variant)]) {
    hash.update(await readFile(join(provisionFolder, name)));
  }
  return join(cacheFolder, 'tensorflow', `${variant}-${hash.digest('hex').slice(0, 16)}`);
};

const findBelow = async (base: string): Promise<NativeBuild | null> => {
  const marker = await readJsonFile(join(base, MARKER));
  if (!isObject(marker) || typeof marker.build !== 'string' || typeof marker.libraryVersion !== 'string') {
    return null;
  }
  const libraryFolders = Array.isArray(marker.libraryFolders) ? marker.libraryFolders.map(String) : [];
  return { packageFolder: join(base, marker.build), libraryVersion: marker.libraryVersion, libraryFolders };
};

/** The finished build as recorded, not tried out; or null. */
export const findNativeBuild = async (place: NativeBuildPlace): Promise<NativeBuild | null> =>
  findBelow(await baseOf(place));

/** The finished build if it still works here: the cache may have been damaged, or come from another machine. */
const findWorking = async (request: NativeBuildRequest, base: string): Promise<TriedBuild | null> => {
  const found = await findBelow(base);
  if (found === null) {
    return null;
  }
  try {
    const { device } = await runTrial({ ...request, folder: found.packageFolder }, found.libraryFolders);
    return { ...found, device };
  } catch (error) {
    if (!(error instanceof TtExpError) || error.code !== 'PROVISION_FAILED') {
      throw error;
    }
    request.progress({ part: 'tensorflow', step: 'verify', message: `building it again: ${error.message}` });
    return null;
  }
};

/** What went wrong in another process while this one waited for it: trying the same again would only take as long. */
const readFailure = async (base: string, sinceMs: number): Promise<TtExpError | null> => {
  const failure = await readJsonFile(join(base, FAILURE));
  if (!isObject(failure) || typeof failure.atMs !== 'number' || failure.atMs < sinceMs) {
    return null;
  }
  const record = failure.error;
  return isObject(record) && isErrorCode(record.code) ? fromErrorRecord(record as unknown as ErrorRecord) : null;
};

/**
 * The finished build, made first where it is missing. Two processes at once make it once; a build that was killed never
 * counts, since the marker that names it is written last. Throws PROVISION_FAILED, PYTHON_MISSING, INTERRUPTED.
 */
export const ensureNativeBuild = async (request: NativeBuildRequest): Promise<TriedBuild> => {
  const base = await baseOf(request);
  const { clock, progress, signal } = request;
  const existing = await findWorking(request, base);
  if (existing !== null) {
    return existing;
  }
  const sinceMs = clock.nowMs();
  return withLock(
    {
      folder: `${base}.lock`,
      purpose: 'building the native TensorFlow binding',
      clock,
      ...(signal === undefined ? {} : { signal }),
      onWait: ({ process: holder }) =>
        progress({ part: 'tensorflow', step: 'wait', message: `process ${holder.pid} is building it` }),
    },
    async () => {
      const made = await findWorking(request, base);
      if (made !== null) {
        return made;
      }
      const failure = await readFailure(base, sinceMs);
      if (failure !== null) {
        throw failure;
      }
      return build(request, base);
    },
  );
};

const build = async (request: NativeBuildRequest, base: string): Promise<TriedBuild> => {
  const name = `build-${randomUUID().slice(0, 8)}`;
  const folder = join(base, name);
  try {
    await mkdir(base, { recursive: true });
    const others = (await readdir(base)).filter((entry) => entry.startsWith('build-'));
    for (const entry of others) {
      await removeFolder(join(base, entry));
    }
    await mkdir(folder);
    const made = await fill({ ...request, folder });
    const { libraryVersion, libraryFolders } = made;
    await writeJsonFile(join(base, MARKER), { format: 1, build: name, libraryVersion, libraryFolders });
    request.progress({ part: 'tensorflow', step: 'ready', message: `TensorFlow ${libraryVersion}`, percent: 100 });
    return made;
  } catch (error) {
    await removeFolder(folder);
    const known = asBuildError(error, base);
    if (known.code !== 'INTERRUPTED') {
      // It only saves those who wait their time; on a full disk it is the first error that counts.
      const note = { atMs: request.clock.nowMs(), error: toErrorRecord(known) };
      await writeJsonFile(join(base, FAILURE), note).catch(() => undefined);
    }
    throw known;
  }
};

/** Fills the folder with a binding that has passed a trial run. */
const fill = async (context: BuildContext): Promise<TriedBuild> => {
  await installBindingPackage(context);
  const libraryFolders = await provideLibrary(context);
  context.progress({ part: 'tensorflow', step: 'verify', message: 'multiplying two matrices', percent: 95 });
  return { packageFolder: context.folder, libraryFolders, ...(await runTrial(context, libraryFolders)) };
};

const provideLibrary = async (context: BuildContext): Promise<readonly string[]> => {
  try {
    await requireCompiler(context);
    const library = await fetchWheelLibrary(context);
    await compileBinding(context, library);
    await library.removeHeaders();
    return library.cudaFolders;
  } catch (error) {
    if (!(error instanceof TtExpError) || error.code === 'INTERRUPTED' || context.variant === 'gpu') {
      throw error;
    }
    await insteadOf(error, () => installVendorLibrary(context));
    return [];
  }
};

/** When both ways fail, both reasons are told, and the remedy of the first, which gives the newer library. */
const insteadOf = async (first: TtExpError, way: () => Promise<void>): Promise<void> => {
  try {
    await way();
  } catch (error) {
    if (!(error instanceof TtExpError) || error.code === 'INTERRUPTED') {
      throw error;
    }
    const second = error.message.replace('native TensorFlow: ', '');
    throw new TtExpError(first.code, `${first.message}; ${second}`, {
      hint: first.hint ?? error.hint ?? 'Set TT_TF_BACKEND=wasm.',
      details: { wheel: first.details, vendor: error.details },
    });
  }
};

const asBuildError = (error: unknown, base: string): TtExpError =>
  error instanceof TtExpError
    ? error
    : new TtExpError(
        'PROVISION_FAILED',
        `native TensorFlow: ${error instanceof Error ? error.message : String(error)}`,
        {
          hint: `Check that ${base} can be written and has 3 GB of space.`,
          cause: error,
        },
      );

/** Retried, since a program of a killed build may still be writing there. */
const removeFolder = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
