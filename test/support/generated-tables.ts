/** The generator's tables, out of the CSV or Parquet files that it wrote, with the types that they have in a database. */
import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { type Database, openDatabase, sqlText } from '../../pipeline/duckdb/database.ts';
import { makeFolder, removeFolder } from './make-folder.ts';

export interface GeneratedColumn {
  readonly name: string;
  readonly type: 'text' | 'list' | 'vector' | 'integer' | 'double' | 'time';
}

export interface GeneratedTable {
  readonly name: string;
  readonly columns: readonly GeneratedColumn[];
  /** Goes after FROM; lists are VARCHAR[], vectors FLOAT[], times TIMESTAMP. */
  readonly sql: string;
}

/** CSV has no types. */
const TYPES: Readonly<Record<string, GeneratedColumn['type']>> = {
  skills: 'list',
  interests: 'list',
  wanted_types: 'list',
  wanted_stages: 'list',
  languages: 'list',
  goals: 'list',
  embedding: 'vector',
  factors: 'vector',
  years_experience: 'integer',
  weekly_hours: 'integer',
  team_size: 'integer',
  funding_millions: 'double',
  occurred_at: 'time',
};

const DUCKDB_TYPE = {
  text: 'VARCHAR',
  list: 'VARCHAR[]',
  vector: 'FLOAT[]',
  integer: 'INTEGER',
  double: 'DOUBLE',
  time: 'TIMESTAMP',
} as const;

const isTable = (name: string): boolean => /^[a-z_]+\.(csv|parquet)$/.test(name);

/** Runs `use` with a DuckDB database in memory and the tables of the folder. */
export const withGeneratedTables = async (
  folder: string,
  use: (database: Database, tables: readonly GeneratedTable[], workFolder: string) => Promise<void>,
): Promise<void> => {
  const workFolder = await makeFolder('tt-exp-tables-');
  const database = await openDatabase({
    file: ':memory:',
    spillFolder: workFolder,
    memoryLimitMegabytes: 512,
    threads: 1,
  });
  try {
    const tables: GeneratedTable[] = [];
    const names = (await readdir(folder)).filter(isTable).sort();
    // Parquet, where there are both: it has the types, and comes last.
    const files = new Map(names.map((name) => [basename(name, extname(name)), name]));
    for (const file of files.values()) {
      const path = sqlText(join(folder, file));
      const source =
        extname(file) === '.csv' ? `read_csv(${path}, header = true, all_varchar = true)` : `read_parquet(${path})`;
      const described = await database.rows('describe', `DESCRIBE SELECT * FROM ${source}`);
      const columns = described.map(({ column_name }) => {
        const name = String(column_name);
        return { name, type: TYPES[name] ?? 'text' } as const;
      });
      const typed = columns.map(({ name, type }) => `CAST("${name}" AS ${DUCKDB_TYPE[type]}) AS "${name}"`);
      tables.push({ name: basename(file, extname(file)), columns, sql: `(SELECT ${typed.join(', ')} FROM ${source})` });
    }
    if (tables.length === 0) {
      throw new Error(`${folder}: no tables`);
    }
    await use(database, tables, workFolder);
  } finally {
    database.close();
    await removeFolder(workFolder);
  }
};
