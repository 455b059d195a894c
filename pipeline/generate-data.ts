import { lstat, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { GenerateDataRequest, GeneratedFiles } from '../contracts/data-files.ts';
import { TtExpError } from '../contracts/errors.ts';
import { makeFolder } from '../host/files/make-folder.ts';
import { toDataError } from './duckdb/data-errors.ts';
import { openDatabase, sqlText } from './duckdb/database.ts';
import { generatedConfig } from './sources/generated-config.ts';
import { withTemporaryFolder, writeFileSafely } from './store/publish-folder.ts';
import { TEXT_DIM } from './synthetic/latent.ts';
import { createSyntheticSource } from './synthetic/synthetic-source.ts';

export interface GenerateOptions extends GenerateDataRequest {
  readonly memoryLimitMegabytes: number;
  readonly threads?: number;
}

/** Tables that are written, with the total order of their rows; users and items with everything that was made up. */
const GENERATED_TABLES = {
  users: { from: 'all_users', order: 'user_id' },
  items: { from: 'all_items', order: 'item_id' },
  interactions: { from: 'interactions', order: 'user_id, occurred_at, interaction_id' },
  user_embeddings: { from: 'user_embeddings', order: 'user_id' },
  item_embeddings: { from: 'item_embeddings', order: 'item_id' },
  user_factors: { from: 'user_factors', order: 'user_id' },
  item_factors: { from: 'item_factors', order: 'item_id' },
} as const;

/** An experiment that reads these files. */
const CONFIG_FILE = 'experiment.json';

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
        return false;
      }
      throw toDataError(error, `look for ${path}`);
    },
  );

/** Files of these names can be somebody's own. */
const refuseExisting = async (folder: string, names: readonly string[]): Promise<void> => {
  const found: string[] = [];
  for (const name of names) {
    if (await isThere(join(folder, name))) {
      found.push(name);
    }
  }
  if (found.length > 0) {
    throw new TtExpError('USAGE', `${folder}: ${found.join(', ')} already ${found.length === 1 ? 'exists' : 'exist'}`, {
      hint: 'Choose another folder with --to, or replace these files with --force. Nothing was written.',
    });
  }
};

/**
 * Writes the synthetic tables, true factors included, as one file each, and a config that reads them. The same options
 * give the same bytes, but for the folder's path in the config. Throws USAGE where files would be replaced unasked.
 */
export const generateSyntheticData = async (options: GenerateOptions): Promise<GeneratedFiles> => {
  const { users, startups, interactions, seed, format, isForced, memoryLimitMegabytes, threads = 2 } = options;
  const folder = resolve(options.folder);
  const tables = Object.entries(GENERATED_TABLES).map(([table, rows]) => ({ name: `${table}.${format}`, ...rows }));
  const files = [...tables.map(({ name }) => name), CONFIG_FILE];
  if (!isForced) {
    await refuseExisting(folder, files);
  }
  const source = createSyntheticSource({ type: 'synthetic', users, startups, interactions, seed });
  await makeFolder(folder).catch((error: unknown) => {
    throw toDataError(error, `create ${folder}`);
  });
  return withTemporaryFolder(folder, async (temporary) => {
    const database = await openDatabase({
      file: join(temporary, 'work.duckdb'),
      spillFolder: join(temporary, 'spill'),
      memoryLimitMegabytes,
      threads,
    });
    try {
      await source.load(database, null);
      const layout = format === 'csv' ? 'FORMAT csv, HEADER' : 'FORMAT parquet, COMPRESSION zstd';
      for (const { name, from, order } of tables) {
        await database.run(
          `write ${name}`,
          `COPY (SELECT * FROM ${from} ORDER BY ${order}) TO ${sqlText(join(temporary, name))} (${layout})`,
        );
      }
      const config = generatedConfig('generated', TEXT_DIM, (table) => ({ path: join(folder, `${table}.${format}`) }));
      await writeFileSafely(join(temporary, CONFIG_FILE), `${JSON.stringify(config, null, 2)}\n`);
      const [counted] = await database.rows('count events', 'SELECT count(*)::DOUBLE AS row_count FROM interactions');
      for (const name of files) {
        await rename(join(temporary, name), join(folder, name));
      }
      return { folder, files, users, items: startups, interactions: Number(counted?.row_count) };
    } finally {
      database.close();
    }
  });
};
