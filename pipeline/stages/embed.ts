/** Text embeddings of a dataset: those of the source, or made by a text encoder and kept in a stage of their own. */

import { join } from 'node:path';
import type { DataRequest } from '../../contracts/data-stages.ts';
import type { CountSink } from '../../contracts/work-count.ts';
import { shortDigest } from '../../host/files/file-digest.ts';
import { appendVectors, readColumns } from '../duckdb/columns.ts';
import type { Database } from '../duckdb/database.ts';
import { PIPELINE_FORMAT } from '../settings.ts';
import type { SideSchema } from '../source.ts';
import { embedTexts } from '../text/embedding-cache.ts';
import type { TextEncoder } from '../text/text-encoder.ts';
import { planTexts, type SideText, sideText } from '../text/text-plan.ts';
import type { ExtractOutput } from './extract.ts';
import { attachTables, ensureStage, findStage, STAGE_FOLDER, type StageContext, writeParquet } from './stage.ts';

const SIDES = ['user', 'item'] as const;
type Side = (typeof SIDES)[number];

export interface EmbedOutput {
  /** Stage that holds what a text encoder made; null where the source's own embeddings or none are used. */
  readonly id: string | null;
  readonly text: Readonly<Record<Side, SideText>>;
  /** Folder with `<side>_embeddings.parquet`, or null for a side without texts. */
  readonly folder: Readonly<Record<Side, string | null>>;
  readonly computed: number;
  readonly cached: number;
}

/** Distinct texts done, of which `cached` came from the cache. */

export interface EmbedOptions {
  readonly progress?: CountSink;
  readonly signal?: AbortSignal;
}

/** Enters the version's id: equal for equal embeddings. */
export const embedKey = ({ id, text }: Pick<EmbedOutput, 'id' | 'text'>): unknown => ({ stage: id, text });

/** Distinct texts of the sides that the encoder serves, in a total order. */
const readTexts = async (database: Database, sides: readonly Side[]): Promise<readonly string[]> => {
  const { columns } = await readColumns(database, {
    what: 'read the texts',
    sql: `${sides.map((side) => `SELECT text FROM ${side}s WHERE trim(text) <> ''`).join(' UNION ')} ORDER BY text`,
  });
  return (columns[0] ?? []).map(String);
};

const writeSide = async (
  database: Database,
  request: { readonly side: Side; readonly dim: number; readonly folder: string },
  vectorOf: (text: string) => Float32Array | null,
): Promise<number> => {
  const { side, dim, folder } = request;
  const table = `made_${side}_embeddings`;
  await database.run(`create ${table}`, `CREATE TABLE ${table} (${side}_id VARCHAR, embedding FLOAT[${dim}])`);
  const { columns } = await readColumns(database, {
    what: `read the texts of ${side}s`,
    sql: `SELECT ${side}_id, text FROM ${side}s WHERE trim(text) <> '' ORDER BY ${side}_id`,
  });
  const [ids = [], texts = []] = columns;
  const sink = await appendVectors(database, table, dim);
  let count = 0;
  for (const [row, id] of ids.entries()) {
    const vector = vectorOf(String(texts[row]));
    if (vector !== null) {
      sink.append(String(id), vector);
      count += 1;
    }
  }
  sink.close();
  await writeParquet(database, {
    file: join(folder, `${side}_embeddings.parquet`),
    sql: `SELECT * FROM ${table} ORDER BY ${side}_id`,
  });
  return count;
};

/** Id of the stage and what each side knows of texts, without building anything. */
export const describeEmbed = async (
  context: StageContext,
  request: DataRequest,
  extracted: Pick<ExtractOutput, 'id' | 'schema'>,
): Promise<Pick<EmbedOutput, 'id' | 'text'> & { readonly encoder: TextEncoder | null }> => {
  const origins = planTexts(extracted.schema, request.data.text_encoder);
  const isEncoding = SIDES.some((side) => origins[side] === 'encoder');
  const encoder = isEncoding ? await context.textEncoder(request.data.text_encoder) : null;
  const textOf = (side: Side, schema: SideSchema): SideText => sideText(schema, origins[side], encoder);
  return {
    encoder,
    text: { user: textOf('user', extracted.schema.user), item: textOf('item', extracted.schema.item) },
    id:
      encoder === null
        ? null
        : `em-${shortDigest({ format: PIPELINE_FORMAT, extract: extracted.id, encoder: encoder.id, origins })}`,
  };
};

/** Makes the embeddings unless they exist; after a kill it resumes where the cache ends. */
export const embed = async (
  context: StageContext,
  request: DataRequest,
  extracted: ExtractOutput,
  options: EmbedOptions = {},
): Promise<EmbedOutput> => {
  const { encoder, text, id } = await describeEmbed(context, request, extracted);
  const origins = planTexts(extracted.schema, request.data.text_encoder);
  const sides = SIDES.filter((side) => origins[side] === 'encoder');
  const stageFolder = id === null ? null : join(context.dataFolder, STAGE_FOLDER.embeddings, id);
  const folderOf = (side: Side): string | null =>
    origins[side] === 'encoder' ? stageFolder : origins[side] === 'source' ? extracted.folder : null;
  const output = { id, text, folder: { user: folderOf('user'), item: folderOf('item') } };
  let computed = 0;
  let cached = 0;
  if (encoder === null || id === null || stageFolder === null || (await findStage(stageFolder)) !== null) {
    return { ...output, computed, cached };
  }
  await ensureStage(context, {
    kind: 'embeddings',
    id,
    settings: { extract: extracted.id, encoder: encoder.id, sides },
    fill: async (database, folder) => {
      await attachTables(
        database,
        extracted.folder,
        sides.map((side) => `${side}s`),
      );
      const made = await embedTexts({
        folder: join(context.dataFolder, STAGE_FOLDER.vectors),
        encoder,
        texts: await readTexts(database, sides),
        log: context.log,
        ...options,
      });
      ({ computed, cached } = made);
      let rows = 0;
      for (const side of sides) {
        rows += await writeSide(database, { side, dim: encoder.dim, folder }, made.vectorOf);
      }
      context.log('info', `embedded ${computed} texts with ${encoder.id}, ${cached} more were known`);
      return rows;
    },
  });
  return { ...output, computed, cached };
};
