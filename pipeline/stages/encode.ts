import { join } from 'node:path';
import type { DataRequest } from '../../contracts/data-stages.ts';
import { type DatasetSummary, SPLIT_NAMES } from '../../contracts/dataset.ts';
import { elementAt } from '../../contracts/element-at.ts';
import { joinBelow } from '../../contracts/join-below.ts';
import { shortDigest } from '../../host/files/file-digest.ts';
import { readNumericColumns, readVectors } from '../duckdb/columns.ts';
import type { Database } from '../duckdb/database.ts';
import { readSql, runSqlFile } from '../duckdb/sql-files.ts';
import { ENCODER_VERSION, type EntityRow, encodeRows } from '../encoder/encoder.ts';
import { encoderText } from '../encoder/encoder-file.ts';
import { fitSide } from '../encoder/fit-encoder.ts';
import { readEntities } from '../entities.ts';
import { floatBytes } from '../float-file.ts';
import { readManifest, summaryOf, type VersionManifest } from '../manifest.ts';
import { NEGATIVE_TYPE, PIPELINE_FORMAT } from '../settings.ts';
import { PROVENANCE_FILE, publishFolder, writeFileSafely } from '../store/publish-folder.ts';
import { joinCoverage, refuseLowCoverage } from './coverage.ts';
import { type EmbedOutput, embedKey } from './embed.ts';
import { type ExtractOutput, tablesOf } from './extract.ts';
import { type LabelOutput, labelSettings } from './label.ts';
import { leftOutRows } from './left-out.ts';
import { type SplitOutput, splitSettings } from './split.ts';
import {
  attachTables,
  STAGE_FOLDER,
  type StageContext,
  temporaryFolderOf,
  withDatabase,
  writeParquet,
} from './stage.ts';

export const versionId = (splitId: string, embedding: Pick<EmbedOutput, 'id' | 'text'>): string =>
  `ds-${shortDigest({ format: PIPELINE_FORMAT, split: splitId, embeddings: embedKey(embedding) })}`;

export const versionFolder = (context: StageContext, version: string): string =>
  joinBelow(join(context.dataFolder, STAGE_FOLDER.versions), version, 'dataset version');

const coverageOf = (rows: readonly EntityRow[]): number =>
  rows.length === 0 ? 0 : rows.filter((row) => row.embedding !== null).length / rows.length;

/** Rows that have an event in the training part: what the encoder may see. */
const trainingRows = async (
  database: Database,
  rows: readonly EntityRow[],
  index: 'user_index' | 'item_index',
): Promise<readonly EntityRow[]> => {
  const { int32 } = await readNumericColumns(database, {
    what: `read the training part's ${index}`,
    sql: `SELECT DISTINCT ${index} FROM indexed_samples WHERE part = 'train' AND type <> $negative_type ORDER BY ${index}`,
    parameters: { negative_type: NEGATIVE_TYPE },
    int32: 1,
    float32: 0,
  });
  return Array.from(elementAt(int32, 0), (row) => elementAt(rows, row));
};

const summarise = async (database: Database) => {
  const rows = await database.rows('summarise the samples', await readSql('044_summary'));
  const splits = { train: 0, validation: 0, test: 0 };
  const labels: Record<string, number> = {};
  for (const row of rows) {
    const count = Number(row.sample_count);
    const part = SPLIT_NAMES.find((name) => name === row.part);
    if (part !== undefined) {
      splits[part] += count;
    }
    labels[String(row.label)] = (labels[String(row.label)] ?? 0) + count;
  }
  const label_distribution = Object.fromEntries(Object.entries(labels).sort(([a], [b]) => Number(b) - Number(a)));
  return { splits, label_distribution, samples: splits.train + splits.validation + splits.test };
};

const SIDES = ['user', 'item'] as const;
type Side = (typeof SIDES)[number];

const writeTables = async (database: Database, folder: string, sidesWithText: readonly Side[]): Promise<void> => {
  const tables: Record<string, string> = {
    samples: 'SELECT * FROM indexed_samples ORDER BY position',
    pairs: 'SELECT * FROM pair_gains ORDER BY part, user_index, item_index',
    users: 'SELECT * FROM dataset_users ORDER BY user_index',
    items: 'SELECT * FROM dataset_items ORDER BY item_index',
  };
  for (const side of sidesWithText) {
    tables[`${side}_embeddings`] =
      `SELECT e.* FROM ${side}_embeddings AS e SEMI JOIN dataset_${side}s USING (${side}_id) ORDER BY ${side}_id`;
  }
  for (const [table, sql] of Object.entries(tables)) {
    await writeParquet(database, { file: join(folder, `${table}.parquet`), sql });
  }
};

const writeFactors = async (database: Database, folder: string, factorDim: number): Promise<void> => {
  for (const side of ['user', 'item'] as const) {
    const { matrix } = await readVectors(database, {
      what: `read the true factors of ${side}s`,
      sql: `SELECT f.${side}_id, f.factors FROM ${side}_factors AS f JOIN dataset_${side}s AS d USING (${side}_id) ORDER BY d.${side}_index`,
      dim: factorDim,
    });
    await writeFileSafely(join(folder, `${side}_factors.f32`), floatBytes(matrix));
  }
};

/** Fits the encoder to the training part and writes it and both feature matrices. */
const writeFeatures = async (
  database: Database,
  folder: string,
  { schema }: ExtractOutput,
  { text }: EmbedOutput,
): Promise<Pick<VersionManifest, 'coverage' | 'users' | 'items' | 'feature_dims'>> => {
  const encodeSide = async (side: Side) => {
    const rows = await readEntities(database, {
      table: `dataset_${side}s`,
      embeddings: text[side].dim > 0 ? `${side}_embeddings` : null,
      id: `${side}_id`,
      order: `${side}_index`,
      textDim: text[side].dim,
    });
    const encoder = fitSide(schema[side], text[side], await trainingRows(database, rows, `${side}_index`));
    await writeFileSafely(join(folder, `${side}_features.f32`), floatBytes(encodeRows(encoder, rows)));
    return { encoder, count: rows.length, coverage: text[side].dim > 0 ? coverageOf(rows) : null };
  };
  const user = await encodeSide('user');
  const item = await encodeSide('item');
  const encoder = { version: ENCODER_VERSION, user: user.encoder, item: item.encoder } as const;
  await writeFileSafely(join(folder, 'encoder.json'), encoderText(encoder));
  return {
    coverage: { user: user.coverage, item: item.coverage },
    users: user.count,
    items: item.count,
    feature_dims: { user: user.encoder.dim, item: item.encoder.dim },
  };
};

/** What went into a version and when: beside its content, so neither digested nor compared. */
const writeProvenance = (
  context: StageContext,
  folder: string,
  { data }: DataRequest,
  stages: EncodeInputs,
): Promise<void> => {
  const { extracted, labelled, splitted, embedded, parent } = stages;
  const provenance = {
    git_commit: context.gitCommit,
    created_at_ms: context.now(),
    parent_version: parent,
    stages: { extract: extracted.id, label: labelled.id, split: splitted.id, embed: embedded.id },
    source_kind: data.source.type,
    source: extracted.identity,
    source_files: extracted.origin,
    bad_rows: extracted.bad.count + labelled.bad.count,
    left_out: leftOutRows(stages),
  };
  return writeFileSafely(join(folder, PROVENANCE_FILE), `${JSON.stringify(provenance, null, 2)}\n`);
};

export interface EncodeInputs {
  readonly extracted: ExtractOutput;
  readonly labelled: LabelOutput;
  readonly splitted: SplitOutput;
  readonly embedded: EmbedOutput;
  /** The version that the same settings gave before, of other rows. */
  readonly parent: string | null;
}

/** Builds the dataset version; its predecessors must exist. Throws MISSING_EMBEDDINGS. */
export const encode = async (
  context: StageContext,
  request: DataRequest,
  inputs: EncodeInputs,
): Promise<DatasetSummary> => {
  const { extracted, labelled, splitted, embedded } = inputs;
  const { text } = embedded;
  const version = versionId(splitted.id, embedded);
  const target = versionFolder(context, version);
  const tables = Object.keys(tablesOf(extracted)).filter((table) => !table.endsWith('_embeddings'));
  const sidesWithText = SIDES.filter((side) => text[side].dim > 0);
  await publishFolder({
    folder: target,
    temporaryFolder: temporaryFolderOf(context),
    what: `build the dataset version ${version}`,
    fill: (folder) =>
      withDatabase(context, async (database) => {
        await attachTables(database, extracted.folder, tables);
        await attachTables(database, labelled.folder, ['labelled']);
        await attachTables(database, splitted.folder, ['samples']);
        for (const side of sidesWithText) {
          await attachTables(database, embedded.folder[side] ?? '', [`${side}_embeddings`]);
        }
        await runSqlFile(database, '040_dataset_users');
        await runSqlFile(database, '041_dataset_items');
        await runSqlFile(database, '042_indexed_samples');
        await runSqlFile(database, '043_pair_gains', { negative_type: NEGATIVE_TYPE });
        const features = await writeFeatures(database, folder, extracted, embedded);
        const textEncoder = { user: text.user.encoder, item: text.item.encoder };
        refuseLowCoverage({ ...features, text_encoder: textEncoder }, request.data.min_coverage);
        await writeTables(database, folder, sidesWithText);
        if (extracted.factorDim !== null) {
          await writeFactors(database, folder, extracted.factorDim);
        }
        await writeProvenance(context, folder, request, inputs);
        const manifest: Omit<VersionManifest, 'files'> = {
          format: 2,
          version,
          ...(await summarise(database)),
          ...features,
          embedding_coverage: joinCoverage(features),
          text_dim: { user: text.user.dim, item: text.item.dim },
          text_encoder: textEncoder,
          factor_dim: extracted.factorDim,
          source_digest: extracted.id,
          settings: {
            source: extracted.schema,
            ...labelSettings(request.data),
            ...splitSettings(request),
          },
        };
        return manifest;
      }),
  });
  const summary = summaryOf(await readManifest(target));
  context.log(
    'info',
    `dataset version ${version}: ${summary.samples} samples, ${summary.users} users, ${summary.items} items`,
  );
  return summary;
};
