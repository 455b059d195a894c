/** Small data sets as files, and the config that maps them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { resolveConfig } from '../../config/resolve.ts';
import type { DataConfig, FilesSource } from '../../contracts/experiment-config.ts';
import type { ResolvedData } from '../../contracts/resolved-config.ts';
import { openDatabase, sqlText } from '../../pipeline/duckdb/database.ts';

export type Row = Readonly<Record<string, string | number | readonly (string | number)[] | null>>;
export const FORMATS = ['csv', 'csv.gz', 'parquet', 'ndjson', 'ndjson.gz', 'json'] as const;
export type Format = (typeof FORMATS)[number];

const csvField = (value: Row[string]): string => {
  if (value === null || value === undefined) {
    return '';
  }
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return /[",\n]/.test(text) || text === '' ? `"${text.replaceAll('"', '""')}"` : text;
};

const csvText = (rows: readonly Row[]): string => {
  const columns = Object.keys(rows[0] ?? {});
  const lines = rows.map((row) => columns.map((column) => csvField(row[column] ?? null)).join(','));
  return [columns.join(','), ...lines, ''].join('\n');
};

const writeParquet = async (file: string, rows: readonly Row[]): Promise<void> => {
  const database = await openDatabase({ file: ':memory:', spillFolder: '.', memoryLimitMegabytes: 256, threads: 1 });
  try {
    const json = `${file}.json`;
    await writeFile(json, JSON.stringify(rows));
    await database.run(
      'write',
      `COPY (SELECT * FROM read_json(${sqlText(json)}, sample_size = -1)) TO ${sqlText(file)} (FORMAT parquet)`,
    );
  } finally {
    database.close();
  }
};

/** Path of the table `name` in the folder, written in the given format. */
export const writeRows = async (
  folder: string,
  name: string,
  format: Format,
  rows: readonly Row[],
): Promise<string> => {
  const file = join(folder, `${name}.${format}`);
  switch (format) {
    case 'csv':
      await writeFile(file, csvText(rows));
      break;
    case 'csv.gz':
      await writeFile(file, gzipSync(csvText(rows)));
      break;
    case 'ndjson':
      await writeFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
      break;
    case 'ndjson.gz':
      await writeFile(file, gzipSync(rows.map((row) => `${JSON.stringify(row)}\n`).join('')));
      break;
    case 'json':
      await writeFile(file, JSON.stringify(rows, null, 1));
      break;
    case 'parquet':
      await writeParquet(file, rows);
  }
  return file;
};

export const filesData = (source: Omit<FilesSource, 'type'>, change: Omit<DataConfig, 'source'> = {}): ResolvedData =>
  resolveConfig({ name: 'files', data: { ...change, source: { type: 'files', ...source } } }).data;
