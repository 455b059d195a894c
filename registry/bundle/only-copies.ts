/**
 * Bundles that were blessed and are too large for their run: what lies in this home is all there is of them, and with an
 * index one that is built anew is another one, which nothing serves in their place.
 */
import { join } from 'node:path';
import { writeJsonFile } from '../../host/files/json-file.ts';
import { namesIn } from '../../host/files/names-in.ts';
import { bundleNote, isBundleDigest } from './built-bundles.ts';

const KIND = 'blessed';

/** @param of for whoever reads the note; its name says which bundle it is about, so that a torn one counts too */
export const noteOnlyCopy = (
  bundlesFolder: string,
  digest: string,
  of: { readonly name: string; readonly version: string },
): Promise<void> => writeJsonFile(bundleNote(bundlesFolder, KIND, digest), { digest, ...of });

/** Their digests. */
export const onlyCopies = async (bundlesFolder: string): Promise<ReadonlySet<string>> => {
  const names = await namesIn(join(bundlesFolder, KIND));
  return new Set(names.map((name) => name.replace(/\.json$/, '')).filter(isBundleDigest));
};
