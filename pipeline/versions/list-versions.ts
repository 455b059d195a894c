/** The versions on this host. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { VersionEntry } from '../../contracts/dataset-versions.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { readManifest, summaryOf, type VersionManifest } from '../manifest.ts';
import { STAGE_FOLDER } from '../stages/stage.ts';
import { changedAtMs, folderBytes, namesIn } from './folder-size.ts';
import { readProvenance } from './provenance.ts';

export const versionsFolder = (dataFolder: string): string => join(dataFolder, STAGE_FOLDER.versions);

/** Whether all files are there in their full size. That their bytes are right only `verifyFiles` tells. */
const checkSizes = async (folder: string, { files }: VersionManifest): Promise<void> => {
  for (const [name, { bytes }] of Object.entries(files)) {
    const got = await stat(join(folder, name)).catch(() => null);
    if (got?.size !== bytes) {
      throw new TtExpError(
        'DATASET_CORRUPT',
        `${name} ${got === null ? 'is missing' : `has ${got.size} bytes, expected ${bytes}`}`,
      );
    }
  }
};

/** Null for what was removed meanwhile: it is no version any more, and not a damaged one. */
const entryOf = async (folder: string, version: string): Promise<VersionEntry | null> => {
  const changedMs = await changedAtMs(folder);
  if (changedMs === null) {
    return null;
  }
  const bytes = await folderBytes(folder);
  const changedAt = new Date(changedMs).toISOString();
  try {
    const manifest = await readManifest(folder);
    if (manifest.version !== version) {
      throw new TtExpError('DATASET_CORRUPT', `its manifest is that of ${manifest.version}`);
    }
    await checkSizes(folder, manifest);
    const provenance = await readProvenance(folder);
    return {
      status: 'ok',
      version,
      created_at: provenance?.created_at ?? changedAt,
      bytes,
      parent_version: provenance?.parent_version ?? null,
      source_kind: provenance?.source_kind ?? null,
      summary: summaryOf(manifest),
    };
  } catch (error) {
    if (error instanceof TtExpError) {
      if ((await changedAtMs(folder)) === null) {
        return null;
      }
      return { status: 'corrupt', version, created_at: changedAt, bytes, problem: error.message };
    }
    throw error;
  }
};

/** Newest first; versions of the same moment by id. */
export const listVersions = async (dataFolder: string): Promise<readonly VersionEntry[]> => {
  const folder = versionsFolder(dataFolder);
  const entries: VersionEntry[] = [];
  for (const name of await namesIn(folder)) {
    if (/^ds-[0-9a-f]{16}$/.test(name)) {
      const entry = await entryOf(join(folder, name), name);
      entries.push(...(entry === null ? [] : [entry]));
    }
  }
  return entries.sort(
    (x, y) => Date.parse(y.created_at) - Date.parse(x.created_at) || (x.version < y.version ? -1 : 1),
  );
};
