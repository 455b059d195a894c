/** Bundles that lie in a home: whole, or of no use and waiting for another to take their place. */
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import { exists, isFileError } from '../../host/files/file-errors.ts';
import { type LoadedBundle, loadBundle } from './load-bundle.ts';

/** The bundle, or why it is of no use. Throws what is no fault of the bundle. */
export const loadKept = async (bundlesFolder: string, digest: string): Promise<LoadedBundle | TtExpError> => {
  try {
    return await loadBundle(join(bundlesFolder, digest));
  } catch (error) {
    if (error instanceof TtExpError && (error.code === 'MODEL_NOT_LOADING' || error.code === 'MODEL_INCOMPATIBLE')) {
      return error;
    }
    throw error;
  }
};

/** A bundle that is not whole keeps its name until another one can take it. */
export const replaceBundle = async <Made>(
  bundlesFolder: string,
  digest: string,
  make: () => Promise<Made>,
): Promise<Made> => {
  const folder = join(bundlesFolder, digest);
  const aside = join(bundlesFolder, `.damaged-${digest}`);
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
