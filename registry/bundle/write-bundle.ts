/** Writes a bundle: filled under a temporary name, digested, named after the digest of its manifest. */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { BUNDLE_FORMAT, type BundleManifest } from '../../contracts/bundle.ts';
import { MANIFEST_FILE } from '../../contracts/names.ts';
import type { FieldValue } from '../../contracts/serving.ts';
import type { ModelSource } from '../../contracts/trainer.ts';
import { digestFile } from '../../host/files/file-digest.ts';
import { syncToDisk } from '../../host/files/replace-file.ts';
import { toDataError } from '../../pipeline/duckdb/data-errors.ts';
import { floatBytes } from '../../pipeline/float-file.ts';
import { renameOrAdopt, sweepTemporary, withTemporaryFolder } from '../../pipeline/store/publish-folder.ts';
import { recordedDigests } from '../recorded-digests.ts';
import { BUNDLE_FILE } from './bundle-files.ts';
import { writeFields, writeIds } from './json-lines.ts';

/** Beside the bundles, so that a rename suffices. */
export const BUILDING = '.building';

/** Field to the values of all entities, in the order of the rows. */
export type FieldTable = ReadonlyMap<string, readonly FieldValue[]>;

interface SideContent {
  readonly ids: readonly string[];
  readonly vectors: Float32Array;
  readonly content: Float32Array | null;
  readonly fields: FieldTable;
}

/** What a bundle holds, as `BUNDLE_FILE` describes it. */
export interface BundleContent {
  readonly model: ModelSource;
  readonly users: SideContent;
  readonly items: SideContent;
  /** null for a model that takes no histories. */
  readonly usersWithoutHistory: Float32Array | null;
  readonly popularity: Float32Array;
  readonly interactions: Int32Array;
  readonly history: { readonly starts: Int32Array; readonly items: Int32Array; readonly flags: Uint8Array };
  /** Writes the index of the items; null: none is needed. */
  readonly saveIndex: ((file: string) => void) | null;
  /** The same of the items' content. */
  readonly saveContentIndex: ((file: string) => void) | null;
}

const intBytes = (numbers: Int32Array): Uint8Array =>
  floatBytes(new Float32Array(numbers.buffer, numbers.byteOffset, numbers.length));

const filesBelow = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();

const copyModel = async ({ modelFolder, encoderFile }: ModelSource, folder: string): Promise<void> => {
  await copyFile(encoderFile, join(folder, BUNDLE_FILE.encoder));
  const manifest = await readFile(join(modelFolder, MANIFEST_FILE), 'utf8');
  for (const path of [MANIFEST_FILE, ...Object.keys(recordedDigests(manifest))]) {
    const to = join(folder, BUNDLE_FILE.modelFolder, path);
    await mkdir(dirname(to), { recursive: true });
    await copyFile(join(modelFolder, path), to);
  }
};

const fill = async (folder: string, content: BundleContent): Promise<void> => {
  const { users, items, usersWithoutHistory, history } = content;
  const put = (path: string, bytes: Uint8Array): Promise<void> => writeFile(join(folder, path), bytes);
  const fileOf = (path: string): string => join(folder, path);
  await writeIds(fileOf(BUNDLE_FILE.userIds), users.ids);
  await writeIds(fileOf(BUNDLE_FILE.itemIds), items.ids);
  await writeFields(fileOf(BUNDLE_FILE.userFields), users.fields);
  await writeFields(fileOf(BUNDLE_FILE.itemFields), items.fields);
  await put(BUNDLE_FILE.users, floatBytes(users.vectors));
  await put(BUNDLE_FILE.items, floatBytes(items.vectors));
  if (usersWithoutHistory !== null) {
    await put(BUNDLE_FILE.usersWithoutHistory, floatBytes(usersWithoutHistory));
  }
  if (users.content !== null) {
    await put(BUNDLE_FILE.userContent, floatBytes(users.content));
  }
  if (items.content !== null) {
    await put(BUNDLE_FILE.itemContent, floatBytes(items.content));
  }
  await put(BUNDLE_FILE.popularity, floatBytes(content.popularity));
  await put(BUNDLE_FILE.interactions, intBytes(content.interactions));
  await put(BUNDLE_FILE.historyStarts, intBytes(history.starts));
  await put(BUNDLE_FILE.historyItems, intBytes(history.items));
  await put(BUNDLE_FILE.historyFlags, history.flags);
  await copyModel(content.model, folder);
  content.saveIndex?.(fileOf(BUNDLE_FILE.index));
  content.saveContentIndex?.(fileOf(BUNDLE_FILE.contentIndex));
};

const digestFiles = async (folder: string): Promise<BundleManifest['files']> => {
  const files: Record<string, { readonly sha256: string; readonly bytes: number }> = {};
  for (const path of await filesBelow(folder)) {
    await syncToDisk(join(folder, path));
    files[path] = await digestFile(join(folder, path));
  }
  return files;
};

/**
 * Killed at any moment, the bundle is whole or not there; what a killed build has left is removed by the next one. Equal
 * contents give one bundle. Throws DISK_FULL, and the signal's reason.
 */
export const writeBundle = async (
  {
    bundlesFolder,
    nowMs,
    signal,
  }: { readonly bundlesFolder: string; readonly nowMs: number; readonly signal: AbortSignal },
  facts: Omit<BundleManifest, 'format' | 'files'>,
  content: BundleContent,
): Promise<{ readonly digest: string; readonly folder: string }> => {
  const building = join(bundlesFolder, BUILDING);
  try {
    await sweepTemporary(building, nowMs);
    return await withTemporaryFolder(building, async (temporary) => {
      await fill(temporary, content);
      signal.throwIfAborted();
      const manifest: BundleManifest = { format: BUNDLE_FORMAT, ...facts, files: await digestFiles(temporary) };
      const text = `${JSON.stringify(manifest, null, 2)}\n`;
      await writeFile(join(temporary, MANIFEST_FILE), text);
      await syncToDisk(join(temporary, MANIFEST_FILE));
      await syncToDisk(temporary);
      signal.throwIfAborted();
      const digest = createHash('sha256').update(text).digest('hex');
      const folder = join(bundlesFolder, digest);
      await renameOrAdopt(temporary, folder);
      return { digest, folder };
    });
  } catch (error) {
    signal.throwIfAborted();
    throw toDataError(error, `write a bundle to ${bundlesFolder}`);
  }
};
