/** Changes tables of a published dataset version as if it had been built so: its manifest has the new digests. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestFile } from '../../host/files/file-digest.ts';
import { type Database, openDatabase, sqlText } from '../../pipeline/duckdb/database.ts';

export const inMemory = async <T>(use: (database: Database) => Promise<T>): Promise<T> => {
  const database = await openDatabase({ file: ':memory:', spillFolder: '', memoryLimitMegabytes: 256, threads: 1 });
  try {
    return await use(database);
  } finally {
    database.close();
  }
};

export const changeManifest = async (folder: string, change: Readonly<Record<string, unknown>>): Promise<void> => {
  const file = join(folder, 'manifest.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  await writeFile(file, JSON.stringify({ ...manifest, ...change }));
};

/** `select` is a list of columns of the table, for example `* REPLACE (0 AS label)`. */
export const changeTable = async (folder: string, table: string, select: string): Promise<void> => {
  const file = join(folder, `${table}.parquet`);
  await inMemory((database) =>
    database.run(
      'change',
      `COPY (SELECT ${select} FROM read_parquet(${sqlText(file)})) TO ${sqlText(`${file}.new`)} (FORMAT parquet)`,
    ),
  );
  await rename(`${file}.new`, file);
  const { files } = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as { files: object };
  await changeManifest(folder, { files: { ...files, [`${table}.parquet`]: await digestFile(file) } });
};
