/** What tests of the database sources need around them. */
import type { ResolvedLocation } from '../../contracts/resolved-config.ts';
import { type Database, openDatabase } from '../../pipeline/duckdb/database.ts';
import type { RawColumn } from '../../pipeline/sources/raw-tables.ts';
import { makeFolder, removeFolder } from './make-folder.ts';

const NO_FILE = {
  format: 'auto',
  csv: { delimiter: ',', decimal: '.', encoding: 'utf-8', quote: '"', null_text: '' },
} as const;

export const inTable = (table: string): ResolvedLocation => ({ ...NO_FILE, table });
export const inQuery = (query: string): ResolvedLocation => ({ ...NO_FILE, query });

export const columnsAs = (as: RawColumn['as'], ...names: readonly string[]): readonly RawColumn[] =>
  names.map((column) => ({ column, as }));

/** A DuckDB database in memory, and a folder; both are gone afterwards. */
export const withDuckdb = async <T>(use: (database: Database, folder: string) => Promise<T>): Promise<T> => {
  const folder = await makeFolder('tt-exp-raw-');
  const database = await openDatabase({ file: ':memory:', spillFolder: folder, memoryLimitMegabytes: 512, threads: 2 });
  try {
    return await use(database, folder);
  } finally {
    database.close();
    await removeFolder(folder);
  }
};
