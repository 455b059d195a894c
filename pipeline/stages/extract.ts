import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResolvedData } from '../../contracts/resolved-config.ts';
import { toDataError } from '../duckdb/data-errors.ts';
import type { Database } from '../duckdb/database.ts';
import { readSql } from '../duckdb/sql-files.ts';
import { PIPELINE_FORMAT } from '../settings.ts';
import type { Source, SourceSchema } from '../source.ts';
import { shortDigest } from '../store/file-digest.ts';
import { publishFolder, writeFileSafely } from '../store/publish-folder.ts';
import { createSyntheticSource } from '../synthetic/synthetic-source.ts';
import {
  findStage,
  STAGE_FOLDER,
  type StageContext,
  type StageOutput,
  temporaryFolderOf,
  withDatabase,
  writeParquet,
} from './stage.ts';

/** Tables of an extract and the total order of their rows. */
const EXTRACT_TABLES = {
  users: 'user_id',
  items: 'item_id',
  interactions: 'user_id, occurred_at, interaction_id',
  user_embeddings: 'user_id',
  item_embeddings: 'item_id',
} as const;
const FACTOR_TABLES = { user_factors: 'user_id', item_factors: 'item_id' } as const;
const SCHEMA_FILE = 'schema.json';

export interface ExtractOutput extends StageOutput {
  readonly schema: SourceSchema;
  readonly factorDim: number | null;
}

export const sourceOf = (data: ResolvedData): Source => createSyntheticSource(data.source);

/** Every table that a source gives, with the total order of its rows. */
export const tablesOf = (source: Source): Readonly<Record<string, string>> =>
  source.factorDim === null ? EXTRACT_TABLES : { ...EXTRACT_TABLES, ...FACTOR_TABLES };

/** Digest of the rows of all tables, whatever their order and wherever they came from. */
const contentDigest = async (database: Database, source: Source): Promise<string> => {
  const sql = await readSql('010_digest_table');
  const tables: Record<string, unknown> = {};
  for (const table of Object.keys(tablesOf(source))) {
    const [digest] = await database.rows(`digest ${table}`, sql.replaceAll('{table}', table));
    tables[table] = digest;
  }
  return shortDigest({ format: PIPELINE_FORMAT, schema: source.schema, tables });
};

/** Where it is remembered which extract a source with a known content key gave. */
const memoFile = (context: StageContext, source: Source): string | null =>
  source.contentKey === null
    ? null
    : join(
        context.dataFolder,
        STAGE_FOLDER.sources,
        `${shortDigest({ ...source.contentKey, format: PIPELINE_FORMAT })}.txt`,
      );

/** Id of the extract if it is known without loading the source. */
export const rememberedExtract = async (context: StageContext, source: Source): Promise<string | null> => {
  const file = memoFile(context, source);
  const id = file === null ? null : (await readFile(file, 'utf8').catch(() => '')).trim();
  return id !== null && /^ex-[0-9a-f]{16}$/.test(id) ? id : null;
};

/** Copies the source's rows into an immutable folder named by their content. */
export const extract = async (context: StageContext, data: ResolvedData): Promise<ExtractOutput> => {
  const source = sourceOf(data);
  const { schema, factorDim } = source;
  const known = await rememberedExtract(context, source);
  const folderOf = (id: string): string => join(context.dataFolder, STAGE_FOLDER.extracts, id);
  const found = known === null ? null : await findStage(folderOf(known));
  if (known !== null && found !== null) {
    return { id: known, folder: folderOf(known), rows: found, schema, factorDim };
  }
  const load = withDatabase(context, async (database) => {
    await source.load(database);
    const id = `ex-${await contentDigest(database, source)}`;
    const [counted] = await database.rows(
      'count interactions',
      'SELECT count(*)::INTEGER AS row_count FROM interactions',
    );
    const rows = Number(counted?.row_count);
    if ((await findStage(folderOf(id))) === null) {
      await publishFolder({
        folder: folderOf(id),
        temporaryFolder: temporaryFolderOf(context),
        what: `build extracts/${id}`,
        fill: async (folder) => {
          for (const [table, order] of Object.entries(tablesOf(source))) {
            const file = join(folder, `${table}.parquet`);
            await writeParquet(database, { file, sql: `SELECT * FROM ${table} ORDER BY ${order}` });
          }
          await writeFileSafely(join(folder, SCHEMA_FILE), `${JSON.stringify({ schema, factorDim }, null, 2)}\n`);
          return { format: 1, id, rows, settings: { kind: source.kind } };
        },
      });
    }
    const memo = memoFile(context, source);
    if (memo !== null) {
      await mkdir(join(context.dataFolder, STAGE_FOLDER.sources), { recursive: true });
      await writeFileSafely(memo, `${id}\n`);
    }
    context.log('info', `extracted ${rows} interactions from the ${source.kind} source`);
    return { id, folder: folderOf(id), rows, schema, factorDim };
  });
  // Appenders throw what DuckDB says: a full disk among it.
  return load.catch((error: unknown) => {
    throw toDataError(error, `extract the ${source.kind} source`);
  });
};
