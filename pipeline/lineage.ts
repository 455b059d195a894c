/** Which version the same settings gave last: the parent of the next one. */

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataRequest } from '../contracts/data-stages.ts';
import type { SourceIdentity } from '../contracts/source-reading.ts';
import { shortDigest } from '../host/files/file-digest.ts';
import { STAGE_FOLDER, type StageContext } from './stages/stage.ts';
import { writeFileSafely } from './store/publish-folder.ts';

type Settings = Pick<DataRequest, 'data' | 'seed'> & { readonly identity: SourceIdentity | null };

/** Another database is another line, although the config is the same. */
const lineageFile = (context: StageContext, { data, seed, identity }: Settings): string => {
  const { max_bad_rows: _, min_coverage: __, ...shaping } = data;
  return join(context.dataFolder, STAGE_FOLDER.sources, `lineage-${shortDigest({ shaping, seed, identity })}.txt`);
};

/** The last version of these settings, or null. */
export const lastVersion = async (context: StageContext, settings: Settings): Promise<string | null> => {
  const text = await readFile(lineageFile(context, settings), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return '';
    }
    throw error;
  });
  return /^ds-[0-9a-f]{16}\n$/.test(text) ? text.trim() : null;
};

export const rememberVersion = async (context: StageContext, settings: Settings, version: string): Promise<void> => {
  await mkdir(join(context.dataFolder, STAGE_FOLDER.sources), { recursive: true });
  await writeFileSafely(lineageFile(context, settings), `${version}\n`);
};
