/** The bundle that somebody names by its digest, where it lies in the home, or by its folder. */
import { basename, join, resolve } from 'node:path';
import { MANIFEST_FILE } from '../../contracts/names.ts';
import { exists } from '../../host/files/file-errors.ts';
import { namesIn } from '../../host/files/names-in.ts';
import { nearestHint } from '../../policy/nearest.ts';
import { notLoading } from '../not-loading.ts';
import { isBundleDigest } from './built-bundles.ts';
import { type LoadedBundle, loadBundle } from './load-bundle.ts';

const LISTS =
  'Name a digest in `bundles` of the home, or the folder of a bundle; `tt-exp models list --json` gives the digest of every version that the gate has blessed.';

/** Throws what `loadBundle` throws; where nothing is there, with the nearest bundle of the home as a hint. */
export const openNamedBundle = async (bundlesFolder: string, named: string): Promise<LoadedBundle> => {
  const folder = isBundleDigest(named) ? join(bundlesFolder, named) : resolve(named);
  const file = join(folder, MANIFEST_FILE);
  if (!(await exists(file))) {
    const digests = (await namesIn(bundlesFolder)).filter(isBundleDigest);
    throw notLoading(`${file} is missing`, nearestHint(basename(named), digests, LISTS));
  }
  return loadBundle(folder);
};
