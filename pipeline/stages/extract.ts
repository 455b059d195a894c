import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import type { ResolvedData } from '../../contracts/resolved-config.ts';
import { toDataError } from '../duckdb/data-errors.ts';
import { type Database, sqlText } from '../duckdb/database.ts';
import { readSql } from '../duckdb/sql-files.ts';
import { PIPELINE_FORMAT } from '../settings.ts';
import type { Increment, LoadedSource, Source } from '../source.ts';
import { type SourceShape, shapeOf } from '../sources/describe-source.ts';
import { openSource } from '../sources/open-source.ts';
import { shortDigest } from '../store/file-digest.ts';
import { publishFolder, writeFileSafely } from '../store/publish-folder.ts';
import { type BadRows, describeBadRows, readBadRows, refuseBadRows, writeBadRows } from './bad-rows.ts';
import { readIncrement, rememberExtract, rememberedExtract, rememberIncrement } from './extract-memos.ts';
import {
  findStage,
  STAGE_FOLDER,
  type StageContext,
  type StageOutput,
  type StageRequest,
  temporaryFolderOf,
  withDatabase,
  writeParquet,
} from './stage.ts';

const ABOUT_FILE = 'about.json';

/** What an extract holds beside its tables. */
interface AboutExtract extends SourceShape {
  /** Length of the true factors, or null where nobody knows the truth. */
  readonly factorDim: number | null;
}

export interface ExtractOutput extends StageOutput, AboutExtract {
  readonly badRows: number;
  /** Files or tables that the rows came from; empty where an earlier extract was found. */
  readonly origin: LoadedSource['origin'];
}

/** Every table of an extract, with the total order of its rows. */
export const tablesOf = ({ schema, hasFactors }: SourceShape): Readonly<Record<string, string>> => ({
  users: 'user_id',
  items: 'item_id',
  interactions: 'user_id, occurred_at, interaction_id',
  ...(schema.user.embeddingDim === null ? {} : { user_embeddings: 'user_id' }),
  ...(schema.item.embeddingDim === null ? {} : { item_embeddings: 'item_id' }),
  ...(hasFactors ? { user_factors: 'user_id', item_factors: 'item_id' } : {}),
});

/** Digest of the rows of all tables, whatever their order and wherever they came from. */
const contentDigest = async (database: Database, shape: SourceShape): Promise<string> => {
  const sql = await readSql('010_digest_table');
  const tables: Record<string, unknown> = {};
  for (const table of Object.keys(tablesOf(shape))) {
    const [digest] = await database.rows(`digest ${table}`, sql.replaceAll('{table}', table));
    tables[table] = digest;
  }
  return shortDigest({ format: PIPELINE_FORMAT, schema: shape.schema, tables });
};

export const extractFolder = (context: StageContext, id: string): string =>
  join(context.dataFolder, STAGE_FOLDER.extracts, id);

/** An extract that is there, held to the number of bad rows that is allowed now. */
const findExtract = async (context: StageContext, id: string, data: ResolvedData): Promise<ExtractOutput | null> => {
  const folder = extractFolder(context, id);
  const rows = await findStage(folder);
  if (rows === null) {
    return null;
  }
  const about = JSON.parse(await readFile(join(folder, ABOUT_FILE), 'utf8')) as AboutExtract;
  const bad = await readBadRows(folder);
  refuseBadRows(bad, data.max_bad_rows);
  return { id, folder, rows, ...about, badRows: bad.count, origin: [] };
};

const factorDimOf = async (database: Database, { hasFactors }: SourceShape): Promise<number | null> => {
  if (!hasFactors) {
    return null;
  }
  const [row] = await database.rows(
    'measure the factors',
    'SELECT max(len(factors))::INTEGER AS dim FROM user_factors',
  );
  return Number(row?.dim);
};

/** Writes the loaded tables as an immutable folder named by their content. */
const publish = async (
  context: StageContext,
  database: Database,
  shape: SourceShape,
  loaded: LoadedSource,
  bad: BadRows,
): Promise<ExtractOutput> => {
  const id = `ex-${await contentDigest(database, shape)}`;
  const folder = extractFolder(context, id);
  const [counted] = await database.rows('count interactions', 'SELECT count(*)::DOUBLE AS row_count FROM interactions');
  const rows = Number(counted?.row_count);
  const about: AboutExtract = { ...shape, factorDim: await factorDimOf(database, shape) };
  if ((await findStage(folder)) === null) {
    await publishFolder({
      folder,
      temporaryFolder: temporaryFolderOf(context),
      what: `build extracts/${id}`,
      fill: async (target) => {
        for (const [table, order] of Object.entries(tablesOf(shape))) {
          await writeParquet(database, {
            file: join(target, `${table}.parquet`),
            sql: `SELECT * FROM ${table} ORDER BY ${order}`,
          });
        }
        await writeFileSafely(join(target, ABOUT_FILE), `${JSON.stringify(about, null, 2)}\n`);
        await writeBadRows(target, bad);
        return { format: 2, id, rows };
      },
    });
  }
  return { id, folder, rows, ...about, badRows: bad.count, origin: loaded.origin };
};

const isOfOneOrigin = ({ origin }: Increment, loaded: LoadedSource): boolean =>
  origin.join('\n') === loaded.origin.map(({ name }) => name).join('\n');

/** null where the increment would mix two databases. */
const load = (
  context: StageContext,
  data: ResolvedData,
  source: Source,
  increment: Increment | null,
): Promise<ExtractOutput | null> =>
  withDatabase(context, async (database) => {
    const loaded = await source.load(database, increment);
    if (increment !== null && !isOfOneOrigin(increment, loaded)) {
      return null;
    }
    for (const note of loaded.notes) {
      context.log('info', note);
    }
    const bad: BadRows = {
      count: loaded.problems.reduce((sum, { count }) => sum + count, 0),
      problems: loaded.problems,
    };
    refuseBadRows(bad, data.max_bad_rows);
    if (bad.count > 0) {
      context.log('warn', `left out ${bad.count} bad rows of the ${source.kind} source: ${describeBadRows(bad)}`);
    }
    const output = await publish(context, database, source, loaded, bad);
    await rememberIncrement(context, data, output, database);
    return output;
  });

/** Older rows of the last extract, and from when on the source is to be read; null for a full extraction. */
const incrementOf = async (context: StageContext, data: ResolvedData): Promise<Increment | null> => {
  const known = await readIncrement(context, data);
  if (known === null || (await findStage(extractFolder(context, known.extract))) === null) {
    return null;
  }
  const file = join(extractFolder(context, known.extract), 'interactions.parquet');
  return {
    since: known.since,
    origin: known.origin,
    olderRows: `SELECT * FROM read_parquet(${sqlText(file)}) WHERE occurred_at < TIMESTAMP ${sqlText(known.since)}`,
  };
};

/** Copies the source's rows into an immutable folder named by their content. */
export const extract = async (context: StageContext, request: StageRequest): Promise<ExtractOutput> => {
  const { data } = request;
  const chosen = request.extract === undefined ? null : await findExtract(context, request.extract, data);
  if (chosen !== null) {
    return chosen;
  }
  const source = openSource(data, context.sources, temporaryFolderOf(context));
  const known = await rememberedExtract(context, source);
  const found = known === null ? null : await findExtract(context, known, data);
  if (found !== null) {
    return found;
  }
  const increment = await incrementOf(context, data);
  // Appenders throw what DuckDB says: a full disk among it.
  const loadAll = async (): Promise<ExtractOutput | null> =>
    (await load(context, data, source, increment)) ?? load(context, data, source, null);
  const output = await loadAll().catch((error: unknown) => {
    throw toDataError(error, `extract the ${source.kind} source`);
  });
  if (output === null) {
    throw new TtExpError('INTERNAL', `extracting the ${source.kind} source gave nothing`);
  }
  await rememberExtract(context, source, output.id);
  if (request.extract !== undefined && request.extract !== output.id) {
    context.log('warn', `the source has changed since ${request.extract} was extracted: going on with ${output.id}`);
  }
  context.log('info', `extracted ${output.rows} interactions from the ${source.kind} source`);
  return output;
};

/** Id of the extract of a request if it is known without loading the source. */
export const knownExtract = async (context: StageContext, request: StageRequest): Promise<string | null> =>
  request.extract ?? rememberedExtract(context, openSource(request.data, context.sources, temporaryFolderOf(context)));

export const shapeOfRequest = ({ data }: StageRequest): SourceShape => shapeOf(data.source);
