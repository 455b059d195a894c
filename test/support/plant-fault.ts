/** A bundle with a fault that its digests do not show: copied, changed, and written down anew. */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundleManifest } from '../../contracts/bundle.ts';
import { digestFile } from '../../host/files/file-digest.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface Fault {
  /** Path below the bundle to what becomes of the file. */
  readonly files?: Readonly<Record<string, (bytes: Buffer) => Buffer | string>>;
  /** Writes whatever it likes below the bundle. */
  readonly write?: (folder: string) => Promise<void> | void;
  readonly facts?: Partial<BundleManifest>;
}

/** @returns the folder of the copy, whose digests fit */
export const plantFault = async (bundle: string, { files = {}, write, facts = {} }: Fault): Promise<string> => {
  const folder = join(await temporaryFolder(), 'planted');
  await cp(bundle, folder, { recursive: true });
  for (const [path, change] of Object.entries(files)) {
    await writeFile(join(folder, path), change(await readFile(join(folder, path))));
  }
  await write?.(folder);
  const manifestFile = join(folder, 'manifest.json');
  const manifest = JSON.parse(await readFile(manifestFile, 'utf8')) as BundleManifest;
  const digests = await Promise.all(
    Object.keys(manifest.files).map(async (path) => [path, await digestFile(join(folder, path))] as const),
  );
  await writeFile(manifestFile, JSON.stringify({ ...manifest, ...facts, files: Object.fromEntries(digests) }));
  return folder;
};
