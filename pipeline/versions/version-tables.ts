/** SQL over the tables of versions, in a database that is thrown away. */
import { join } from 'node:path';
import { type Database, openDatabase, sqlFile } from '../duckdb/database.ts';
import { readManifest, type VersionManifest } from '../manifest.ts';
import { STAGE_FOLDER } from '../stages/stage.ts';
import { withTemporaryFolder } from '../store/publish-folder.ts';
import { verifyFiles } from '../store/verify-folder.ts';
import type { FoundVersion } from './find-version.ts';

export interface VersionsContext {
  /** Absolute. */
  readonly dataFolder: string;
  readonly memoryLimitMegabytes: number;
  readonly threads: number;
  readonly now: () => number;
}

/** `use` may write into `folder`. An abort stops the running statement; the signal's reason is thrown. */
export const withVersionDatabase = <T>(
  context: VersionsContext,
  signal: AbortSignal | undefined,
  use: (database: Database, folder: string) => Promise<T>,
): Promise<T> =>
  withTemporaryFolder(join(context.dataFolder, STAGE_FOLDER.temporary), async (folder) => {
    const database = await openDatabase({
      file: join(folder, 'work.duckdb'),
      spillFolder: join(folder, 'spill'),
      memoryLimitMegabytes: context.memoryLimitMegabytes,
      threads: context.threads,
    });
    const interrupt = (): void => database.connection.interrupt();
    signal?.addEventListener('abort', interrupt);
    try {
      signal?.throwIfAborted();
      return await use(database, folder);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', interrupt);
      database.close();
    }
  });

/** One version whose tables are views called `<prefix>_<table>`. */
export interface AttachedVersion extends FoundVersion {
  readonly prefix: string;
  readonly manifest: VersionManifest;
}

/** Compares the tables with their digests first: DATASET_CORRUPT. */
export const attachVersion = async (
  database: Database,
  found: FoundVersion,
  request: { readonly prefix: string; readonly tables: readonly string[] },
): Promise<AttachedVersion> => {
  const manifest = await readManifest(found.folder);
  const { prefix } = request;
  const tables = request.tables.filter((table) => `${table}.parquet` in manifest.files);
  await verifyFiles(
    found.folder,
    manifest.files,
    tables.map((table) => `${table}.parquet`),
  );
  for (const table of tables) {
    const file = sqlFile(join(found.folder, `${table}.parquet`));
    await database.run(
      `read ${table} of ${found.version}`,
      `CREATE VIEW ${prefix}_${table} AS SELECT * FROM read_parquet(${file})`,
    );
  }
  return { ...found, prefix, manifest };
};

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
