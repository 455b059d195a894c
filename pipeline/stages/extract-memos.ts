/** What is remembered of extracts: which one an unchanged source gave, and where an increment may start. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResolvedData } from '../../contracts/resolved-config.ts';
import type { BadRows, SourceIdentity } from '../../contracts/source-reading.ts';
import { shortDigest } from '../../host/files/file-digest.ts';
import type { Database } from '../duckdb/database.ts';
import { PIPELINE_FORMAT } from '../settings.ts';
import type { LoadedSource, Source } from '../source.ts';
import { writeFileSafely } from '../store/publish-folder.ts';
import { STAGE_FOLDER, type StageContext } from './stage.ts';

const write = async (context: StageContext, name: string, text: string): Promise<void> => {
  const folder = join(context.dataFolder, STAGE_FOLDER.sources);
  await mkdir(folder, { recursive: true });
  await writeFileSafely(join(folder, name), text);
};

const read = (context: StageContext, name: string): Promise<string> =>
  readFile(join(context.dataFolder, STAGE_FOLDER.sources, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return '';
    }
    throw error;
  });

/** Names what the source holds at this moment; null where only loading tells. */
export const contentName = async (source: Source): Promise<string | null> => {
  const key = await source.contentKey();
  return key === null ? null : `${shortDigest({ ...key, format: PIPELINE_FORMAT })}.txt`;
};

export interface ExtractMemo {
  readonly id: string;
  /** Of this source: another one with the same usable rows may have others. */
  readonly bad: BadRows;
}

/** The extract that this content gave, or null. */
export const rememberedExtract = async (context: StageContext, name: string | null): Promise<ExtractMemo | null> => {
  const [id = '', bad = ''] = name === null ? [] : (await read(context, name)).split('\n');
  return /^ex-[0-9a-f]{16}$/.test(id) && bad !== '' ? { id, bad: JSON.parse(bad) as BadRows } : null;
};

/** @param name of the content before it was read */
export const rememberExtract = async (
  context: StageContext,
  name: string | null,
  { id, bad }: ExtractMemo,
): Promise<void> => {
  if (name !== null) {
    await write(context, name, `${id}\n${JSON.stringify(bad)}\n`);
  }
};

/** By rows and place: the same rows may lie elsewhere too. */
const originName = (id: string, { source }: ResolvedData): string => `origin-${shortDigest({ id, source })}.json`;

/** Which files or tables these settings gave the extract from, last; none where nobody has said so. */
export const rememberedOrigin = async (
  context: StageContext,
  id: string,
  data: ResolvedData,
): Promise<LoadedSource['origin']> => {
  const text = await read(context, originName(id, data));
  return text === '' ? [] : (JSON.parse(text) as LoadedSource['origin']);
};

export const rememberOrigin = (
  context: StageContext,
  data: ResolvedData,
  { id, origin }: { readonly id: string; readonly origin: LoadedSource['origin'] },
): Promise<void> => write(context, originName(id, data), `${JSON.stringify(origin)}\n`);

interface IncrementMemo {
  readonly extract: string;
  /** UTC: interactions before this are taken from the extract. */
  readonly since: string;
  /** Names of the files or tables that it was made of. */
  readonly origin: readonly string[];
}

/** The config of a database source names a variable: which database that is belongs to the name. */
const incrementName = ({ source, use_case }: ResolvedData, identity: SourceIdentity | null): string =>
  `increment-${shortDigest({ source, use_case, identity, format: PIPELINE_FORMAT })}.json`;

export const readIncrement = async (
  context: StageContext,
  data: ResolvedData,
  identity: SourceIdentity | null,
): Promise<IncrementMemo | null> => {
  if (data.source.type === 'synthetic' || !data.source.incremental) {
    return null;
  }
  const text = await read(context, incrementName(data, identity));
  return text === '' ? null : (JSON.parse(text) as IncrementMemo);
};

/** Where the next increment of this source starts: the newest interaction, less the hours by which rows may be late. */
export const rememberIncrement = async (
  context: StageContext,
  data: ResolvedData,
  extract: {
    readonly id: string;
    readonly identity: SourceIdentity | null;
    readonly origin: readonly { readonly name: string }[];
  },
  database: Database,
): Promise<void> => {
  if (data.source.type === 'synthetic' || !data.source.incremental) {
    return;
  }
  const seconds = Math.round(data.source.late_hours * 3600);
  const [row] = await database.rows(
    'find the newest interaction',
    `SELECT strftime(max(occurred_at) - to_seconds(${seconds}), '%Y-%m-%dT%H:%M:%S.%f') AS since FROM interactions`,
  );
  const origin = extract.origin.map(({ name }) => name);
  const memo: IncrementMemo = { extract: extract.id, since: String(row?.since), origin };
  await write(context, incrementName(data, extract.identity), `${JSON.stringify(memo)}\n`);
};
