/** Which version the same settings gave last: the parent of the next one. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { STAGE_FOLDER, type StageContext, type StageRequest } from './stages/stage.ts';
import { shortDigest } from './store/file-digest.ts';
import { writeFileSafely } from './store/publish-folder.ts';

const lineageFile = (context: StageContext, { data, seed }: StageRequest): string => {
  const { max_bad_rows: _, min_coverage: __, ...shaping } = data;
  return join(context.dataFolder, STAGE_FOLDER.sources, `lineage-${shortDigest({ shaping, seed })}.txt`);
};

/** The last version of these settings, or null. */
export const lastVersion = async (context: StageContext, request: StageRequest): Promise<string | null> => {
  const text = await readFile(lineageFile(context, request), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return '';
    }
    throw error;
  });
  return /^ds-[0-9a-f]{16}\n$/.test(text) ? text.trim() : null;
};

export const rememberVersion = async (context: StageContext, request: StageRequest, version: string): Promise<void> => {
  await mkdir(join(context.dataFolder, STAGE_FOLDER.sources), { recursive: true });
  await writeFileSafely(lineageFile(context, request), `${version}\n`);
};
