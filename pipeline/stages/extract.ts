import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataRequest } from '../../contracts/data-stages.ts';
import { TtExpError } from '../../contracts/errors.ts';
import type { ResolvedData } from '../../contracts/resolved-config.ts';
import { type BadRows, NO_BAD_ROWS, type SourceIdentity } from '../../contracts/source-reading.ts';
import { shortDigest } from '../../host/files/file-digest.ts';
import { toDataError } from '../duckdb/data-errors.ts';
import { type Database, sqlFile, sqlText } from '../duckdb/database.ts';
import { readSql } from '../duckdb/sql-files.ts';
import { PIPELINE_FORMAT } from '../settings.ts';
import type { Increment, LoadedSource, Source } from '../source.ts';
import { type SourceShape, shapeOf } from '../sources/describe-source.ts';
import { openSource } from '../sources/open-source.ts';
import { publishFolder, writeFileSafely } from '../store/publish-folder.ts';
import { describeBadRows, refuseBadRows } from './bad-rows.ts';
import {
  contentName,
  readIncrement,
  rememberExtract,
  rememberedExtract,
  rememberedOrigin,
  rememberIncrement,
  rememberOrigin,
} from './extract-memos.ts';
import {
  findStage,
  STAGE_FOLDER,
  type StageContext,
  type StageOutput,
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
  /** Left out of the source. */
  readonly bad: BadRows;
  /** The database that the rows came from; null for sources without a server. */
  readonly identity: SourceIdentity | null;
  /** Files or tables that the rows came from; empty where they were read on another host. */
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

/** An extract that is there. */
const findExtract = async (
  context: StageContext,
  id: string,
  data: ResolvedData,
  { bad, identity }: Pick<ExtractOutput, 'bad' | 'identity'>,
): Promise<ExtractOutput | null> => {
  const folder = extractFolder(context, id);
  const rows = await findStage(folder);
  if (rows === null) {
    return null;
  }
  const about = JSON.parse(await readFile(join(folder, ABOUT_FILE), 'utf8')) as AboutExtract;
  return { id, folder, rows, ...about, bad, identity, origin: await rememberedOrigin(context, id, data) };
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

/** Files are read more than once: rows of before and after a change must not meet in one extract. */
const refuseChanged = async (source: Source, name: string | null): Promise<void> => {
  if ((await contentName(source)) !== name) {
    throw new TtExpError('DATA_INVALID', `The ${source.kind} source changed while it was read`, {
      hint: 'Run again when nothing writes to it; write new files under another name and then rename them.',
    });
  }
};

interface Reading {
  readonly source: Source;
  /** Of the content before it was read. */
  readonly name: string | null;
  readonly loaded: LoadedSource;
  readonly bad: BadRows;
}

/** Writes the loaded tables as an immutable folder named by their content. */
const publish = async (
  context: StageContext,
  database: Database,
  { source, name, loaded, bad }: Reading,
): Promise<ExtractOutput> => {
  const shape: SourceShape = { schema: source.schema, hasFactors: source.hasFactors };
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
        await refuseChanged(source, name);
        return { format: 2, id, rows };
      },
    });
  } else {
    await refuseChanged(source, name);
  }
  return { id, folder, rows, ...about, bad, identity: source.identity, origin: loaded.origin };
};

const isOfOneOrigin = ({ origin }: Increment, loaded: LoadedSource): boolean =>
  origin.join('\n') === loaded.origin.map(({ name }) => name).join('\n');

/** Says what is left out, whether it was read now or is remembered. Throws DATA_INVALID for too many. */
const acceptBadRows = (context: StageContext, data: ResolvedData, { kind }: Source, bad: BadRows): void => {
  refuseBadRows(bad, data.max_bad_rows, false);
  if (bad.count > 0) {
    context.log('warn', `left out ${bad.count} bad rows of the ${kind} source: ${describeBadRows(bad)}`);
  }
};

/** null where the increment would mix two databases. */
const load = (
  context: StageContext,
  data: ResolvedData,
  source: Source,
  name: string | null,
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
    acceptBadRows(context, data, source, bad);
    const output = await publish(context, database, { source, name, loaded, bad });
    await rememberIncrement(context, data, output, database);
    await rememberExtract(context, name, { id: output.id, bad });
    await rememberOrigin(context, data, output);
    return output;
  });

/** Older rows of the last extract, and from when on the source is to be read; null for a full extraction. */
const incrementOf = async (
  context: StageContext,
  data: ResolvedData,
  { identity }: Source,
): Promise<Increment | null> => {
  const known = await readIncrement(context, data, identity);
  if (known === null || (await findStage(extractFolder(context, known.extract))) === null) {
    return null;
  }
  const file = join(extractFolder(context, known.extract), 'interactions.parquet');
  return {
    since: known.since,
    origin: known.origin,
    olderRows: `SELECT * FROM read_parquet(${sqlFile(file)}) WHERE occurred_at < TIMESTAMP ${sqlText(known.since)}`,
  };
};

/** What opening a source needs of the context. */
export const surroundingsOf = (context: StageContext) => ({
  access: context.sources,
  workFolder: temporaryFolderOf(context),
  now: context.now,
});

/** Copies the source's rows into an immutable folder named by their content. */
export const extract = async (context: StageContext, request: DataRequest): Promise<ExtractOutput> => {
  const { data } = request;
  const chosen =
    request.extract === undefined
      ? null
      : await findExtract(context, request.extract, data, {
          bad: request.unread ?? NO_BAD_ROWS,
          identity: request.binding?.identity ?? null,
        });
  if (chosen !== null) {
    return chosen;
  }
  const source = await openSource(request, surroundingsOf(context));
  const name = await contentName(source);
  const known = await rememberedExtract(context, name);
  const found =
    known === null ? null : await findExtract(context, known.id, data, { bad: known.bad, identity: source.identity });
  if (known !== null && found !== null) {
    acceptBadRows(context, data, source, known.bad);
    return found;
  }
  const increment = await incrementOf(context, data, source);
  // Appenders throw what DuckDB says: a full disk among it.
  const loadAll = async (): Promise<ExtractOutput | null> =>
    (await load(context, data, source, name, increment)) ?? load(context, data, source, name, null);
  const output = await loadAll().catch((error: unknown) => {
    throw toDataError(error, `extract the ${source.kind} source`);
  });
  if (output === null) {
    throw new TtExpError('INTERNAL', `extracting the ${source.kind} source produced nothing`);
  }
  if (request.extract !== undefined && request.extract !== output.id) {
    context.log('warn', `the source has changed since ${request.extract} was extracted: continuing with ${output.id}`);
  }
  context.log('info', `extracted ${output.rows} interactions from the ${source.kind} source`);
  return output;
};

/** Id of the extract of a request if it is known without loading the source, and has no more bad rows than allowed. */
export const knownExtract = async (context: StageContext, request: DataRequest): Promise<string | null> => {
  if (request.extract !== undefined) {
    return request.extract;
  }
  const source = await openSource(request, surroundingsOf(context));
  const known = await rememberedExtract(context, await contentName(source));
  return known === null || known.bad.count > request.data.max_bad_rows ? null : known.id;
};

export const shapeOfRequest = ({ data }: DataRequest): SourceShape => shapeOf(data.source);
