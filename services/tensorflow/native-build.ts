/** Builds tfjs-node's native binding against the C library of a current TensorFlow wheel, in the cache folder. */
import { createHash, randomUUID } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import type { Clock } from '../clock.ts';
import { isObject, readJsonFile, writeJsonFile } from '../process/json-file.ts';
import { withLock } from '../process/with-lock.ts';
import type { Environment, ProgressSink } from '../progress.ts';
import { buildSteps } from './native-build-steps.ts';

export type NativeVariant = 'cpu' | 'gpu';

export interface NativeBuildRequest {
  readonly variant: NativeVariant;
  readonly cacheFolder: string;
  /** The package's services/tensorflow/provision. */
  readonly provisionFolder: string;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly progress: ProgressSink;
  readonly signal?: AbortSignal;
}

export interface NativeBuild {
  /** Folder whose node_modules holds @tensorflow/tfjs-node. */
  readonly packageFolder: string;
  /** Of the C library, as "2.21.0". */
  readonly libraryVersion: string;
  /** Folders that the loader must search (CUDA). */
  readonly libraryFolders: readonly string[];
}

const MARKER = 'complete.json';

export const requirementsName = (variant: NativeVariant): string =>
  variant === 'gpu' ? 'requirements-tensorflow-gpu.txt' : 'requirements-tensorflow.txt';

const baseOf = async ({ variant, cacheFolder, provisionFolder }: NativeBuildRequest): Promise<string> => {
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
  const packageFolder = join(base, marker.build);
  const libraryFolders = Array.isArray(marker.libraryFolders) ? marker.libraryFolders.map(String) : [];
  return { packageFolder, libraryVersion: marker.libraryVersion, libraryFolders };
};

/** The finished build, or null. */
export const findNativeBuild = async (request: NativeBuildRequest): Promise<NativeBuild | null> =>
  findBelow(await baseOf(request));

/**
 * The finished build, made first where it is missing. Two processes at once make it once; a build that was killed never
 * counts, since the marker that names it is written last. Throws PROVISION_FAILED, PYTHON_MISSING, INTERRUPTED.
 */
export const ensureNativeBuild = async (request: NativeBuildRequest): Promise<NativeBuild> => {
  const base = await baseOf(request);
  const { clock, progress, signal } = request;
  return (
    (await findBelow(base)) ??
    withLock(
      {
        folder: `${base}.lock`,
        purpose: 'building the native TensorFlow binding',
        clock,
        ...(signal === undefined ? {} : { signal }),
        onWait: ({ process: holder }) =>
          progress({ part: 'tensorflow', step: 'wait', message: `process ${holder.pid} is building it` }),
      },
      async () => (await findBelow(base)) ?? build(request, base),
    )
  );
};

const build = async (request: NativeBuildRequest, base: string): Promise<NativeBuild> => {
  const name = `build-${randomUUID().slice(0, 8)}`;
  const folder = join(base, name);
  try {
    await mkdir(base, { recursive: true });
    for (const entry of await readdir(base)) {
      if (entry.startsWith('build-')) {
        await rm(join(base, entry), { recursive: true, force: true });
      }
    }
    await mkdir(folder);
    for (const file of ['package.json', 'package-lock.json']) {
      await cp(join(request.provisionFolder, file), join(folder, file));
    }
    const made = await buildSteps(request, folder);
    await writeJsonFile(join(base, MARKER), { format: 1, build: name, ...made });
    request.progress({ part: 'tensorflow', step: 'ready', message: `TensorFlow ${made.libraryVersion}`, percent: 100 });
    return { packageFolder: folder, ...made };
  } catch (error) {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    if (error instanceof TtExpError) {
      throw error;
    }
    throw new TtExpError(
      'PROVISION_FAILED',
      `native TensorFlow: ${error instanceof Error ? error.message : String(error)}`,
      { hint: `Check that ${base} can be written and has 3 GB of space.`, cause: error },
    );
  }
};
