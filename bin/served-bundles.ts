/** Bundles that servers of the home answer from, or begin with. */
import { join } from 'node:path';
import { namesIn } from '../host/files/names-in.ts';
import type { HomeLayout } from '../host/home-layout.ts';
import { readBundleManifest } from '../registry/bundle/read-manifest.ts';
import { POINTER_FILE, readPointer } from '../serving/follow/pointer-file.ts';
import { DEFINITION_FILE, readDefinition } from '../serving/online/definition-file.ts';

/** Runs of both arms of every experiment online. Throws CONFIG_INVALID for a definition that is none. */
const runsOnline = async (folders: readonly string[]): Promise<ReadonlySet<string | null>> => {
  const definitions = await Promise.all(folders.map((folder) => readDefinition(join(folder, DEFINITION_FILE))));
  return new Set(definitions.flatMap((one) => (one === null ? [] : [one.champion.run_id, one.challenger.run_id])));
};

/** Digests. An experiment online may last longer than since its server has opened its bundles. */
export const servedBundles = async ({
  serving,
  bundlesFolder,
}: Pick<HomeLayout, 'serving' | 'bundlesFolder'>): Promise<ReadonlySet<string>> => {
  const folders = (await namesIn(serving)).map((model) => join(serving, model));
  const pointers = await Promise.all(folders.map((folder) => readPointer(join(folder, POINTER_FILE))));
  const served = new Set(pointers.flatMap((pointer) => pointer?.bundle ?? []));
  const runs = await runsOnline(folders);
  for (const name of runs.size === 0 ? [] : await namesIn(bundlesFolder)) {
    // What cannot be read serves nobody.
    const read = await readBundleManifest(join(bundlesFolder, name)).catch(() => null);
    if (read !== null && runs.has(read.manifest.model.run_id)) {
      served.add(name);
    }
  }
  return served;
};
