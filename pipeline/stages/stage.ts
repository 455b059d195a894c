/** What all stages share: a folder per result, named by digest; a database of its own while it is built. */

import { join } from 'node:path';
import type { Log } from '../../contracts/log.ts';
import { MANIFEST_FILE } from '../../contracts/names.ts';
import { exists } from '../../host/files/file-errors.ts';
import { type Database, openDatabase, type StatementTrace, sqlFile, sqlText } from '../duckdb/database.ts';
import type { SourceAccess } from '../sources/open-source.ts';
import { publishFolder, withTemporaryFolder } from '../store/publish-folder.ts';
import { filesOf, readManifestFile, verifyFiles } from '../store/verify-folder.ts';
import type { TextEncoder } from '../text/text-encoder.ts';

export interface StageContext {
  /** Absolute; everything is written below it. */
  readonly dataFolder: string;
  readonly memoryLimitMegabytes: number;
  readonly threads: number;
  readonly gitCommit: string | null;
  readonly now: () => number;
  readonly log: Log;
  readonly sources: SourceAccess;
  /** Told every SQL statement: a benchmark repeats them elsewhere. */
  readonly trace?: StatementTrace;
  /** The text encoder for a choice of `data.text_encoder`; made when it is first needed, the caller does not close it. */
  readonly textEncoder: (choice: string) => Promise<TextEncoder>;
}

export interface StageOutput {
  readonly id: string;
  readonly folder: string;
  readonly rows: number;
}

export const STAGE_FOLDER = {
  extracts: 'extracts',
  labels: 'labels',
  splits: 'splits',
  embeddings: 'embeddings',
  vectors: 'vectors',
  versions: 'versions',
  sources: 'sources',
  temporary: 'tmp',
} as const;

export const temporaryFolderOf = (context: StageContext): string => join(context.dataFolder, STAGE_FOLDER.temporary);

/** An empty database in a temporary folder; both are gone afterwards. */
export const withDatabase = <T>(context: StageContext, use: (database: Database) => Promise<T>): Promise<T> =>
  withTemporaryFolder(temporaryFolderOf(context), async (folder) => {
    const database = await openDatabase({
      file: join(folder, 'work.duckdb'),
      spillFolder: join(folder, 'spill'),
      memoryLimitMegabytes: context.memoryLimitMegabytes,
      threads: context.threads,
      ...(context.trace === undefined ? {} : { trace: context.trace }),
    });
    try {
      return await use(database);
    } finally {
      database.close();
    }
  });

/** Rows of a published stage, or null where it does not exist. */
export const findStage = async (folder: string): Promise<number | null> => {
  if (!(await exists(join(folder, MANIFEST_FILE)))) {
    return null;
  }
  const { rows } = await readManifestFile(folder, ['rows']);
  return Number(rows);
};

/** Builds a stage unless it exists. `fill` writes its files and says how many rows it has. */
export const ensureStage = async (
  context: StageContext,
  stage: {
    readonly kind: 'labels' | 'splits' | 'embeddings';
    readonly id: string;
    readonly settings: Readonly<Record<string, unknown>>;
    readonly fill: (database: Database, folder: string) => Promise<number>;
  },
): Promise<StageOutput> => {
  const folder = join(context.dataFolder, STAGE_FOLDER[stage.kind], stage.id);
  const found = await findStage(folder);
  if (found !== null) {
    return { id: stage.id, folder, rows: found };
  }
  let rows = 0;
  await publishFolder({
    folder,
    temporaryFolder: temporaryFolderOf(context),
    what: `build ${stage.kind}/${stage.id}`,
    fill: (target) =>
      withDatabase(context, async (database) => {
        rows = await stage.fill(database, target);
        return { format: 1, id: stage.id, rows, settings: stage.settings };
      }),
  });
  return { id: stage.id, folder, rows };
};

/** Views over the Parquet files of a stage, their digests checked first. */
export const attachTables = async (database: Database, folder: string, tables: readonly string[]): Promise<void> => {
  const files = filesOf(folder, await readManifestFile(folder, []));
  await verifyFiles(
    folder,
    files,
    tables.map((table) => `${table}.parquet`),
  );
  for (const table of tables) {
    const file = sqlFile(join(folder, `${table}.parquet`));
    await database.run(`read ${table}`, `CREATE VIEW ${table} AS SELECT * FROM read_parquet(${file})`);
  }
};

/** Writes a query's rows in the given total order; equal rows give equal bytes. */
export const writeParquet = async (
  database: Database,
  table: { readonly file: string; readonly sql: string },
): Promise<void> => {
  await database.run(
    `write ${table.file}`,
    `COPY (${table.sql}) TO ${sqlText(table.file)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)`,
  );
};
