import { mkdir, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { toDataError } from './duckdb/data-errors.ts';
import { sqlText } from './duckdb/database.ts';
import { tablesOf } from './stages/extract.ts';
import { type StageContext, withDatabase } from './stages/stage.ts';
import { withTemporaryFolder } from './store/publish-folder.ts';
import { createSyntheticSource } from './synthetic/synthetic-source.ts';

export interface GenerateOptions {
  readonly users: number;
  readonly startups: number;
  /** Engagements; each is a funnel of one or more events. */
  readonly interactions: number;
  readonly seed: number;
  /** Target folder; its files of the same names are replaced, each by rename. */
  readonly folder: string;
  readonly format: 'parquet' | 'csv';
  readonly memoryLimitMegabytes: number;
  readonly threads?: number;
}

export interface GeneratedData {
  readonly folder: string;
  readonly files: readonly string[];
  readonly users: number;
  readonly items: number;
  /** Events, of which an engagement has one or more. */
  readonly interactions: number;
}

/** Writes the synthetic tables, true factors included, as one file each. The same options give the same bytes. */
export const generateSyntheticData = async (options: GenerateOptions): Promise<GeneratedData> => {
  const { users, startups, interactions, seed, format } = options;
  const folder = resolve(options.folder);
  const source = createSyntheticSource({ type: 'synthetic', users, startups, interactions, seed });
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw toDataError(error, `create ${folder}`);
  });
  return withTemporaryFolder(folder, (temporary) => {
    const context: StageContext = {
      dataFolder: temporary,
      memoryLimitMegabytes: options.memoryLimitMegabytes,
      threads: options.threads ?? 2,
      gitCommit: null,
      now: () => 0,
      log: () => undefined,
    };
    return withDatabase(context, async (database) => {
      await source.load(database);
      const files: string[] = [];
      const layout = format === 'csv' ? 'FORMAT csv, HEADER' : 'FORMAT parquet, COMPRESSION zstd';
      for (const [table, order] of Object.entries(tablesOf(source))) {
        const name = `${table}.${format}`;
        const file = join(temporary, name);
        await database.run(
          `write ${name}`,
          `COPY (SELECT * FROM ${table} ORDER BY ${order}) TO ${sqlText(file)} (${layout})`,
        );
        files.push(name);
      }
      const [counted] = await database.rows('count events', 'SELECT count(*)::INTEGER AS row_count FROM interactions');
      for (const name of files) {
        await rename(join(temporary, name), join(folder, name));
      }
      return { folder, files, users, items: startups, interactions: Number(counted?.row_count) };
    });
  });
};
