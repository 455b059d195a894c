import { join } from 'node:path';
import { type DatasetSummary, SPLIT_NAMES } from '../../contracts/dataset.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { MESSAGE } from '../../contracts/names.ts';
import { readNumericColumns, readVectors } from '../duckdb/columns.ts';
import type { Database } from '../duckdb/database.ts';
import { readSql, runSqlFile } from '../duckdb/sql-files.ts';
import { type EntityRow, encodeItems, encodeUsers, featureDims } from '../encoder/encoder.ts';
import { encoderText } from '../encoder/encoder-file.ts';
import { fitEncoder } from '../encoder/fit-encoder.ts';
import { readEntities } from '../entities.ts';
import { floatBytes } from '../float-file.ts';
import { readManifest, summaryOf, type VersionManifest } from '../manifest.ts';
import { NEGATIVE_TYPE, PIPELINE_FORMAT } from '../settings.ts';
import { shortDigest } from '../store/file-digest.ts';
import { PROVENANCE_FILE, publishFolder, writeFileSafely } from '../store/publish-folder.ts';
import { type ExtractOutput, sourceOf, tablesOf } from './extract.ts';
import { labelSettings } from './label.ts';
import { splitSettings } from './split.ts';
import {
  attachTables,
  STAGE_FOLDER,
  type StageContext,
  type StageOutput,
  type StageRequest,
  temporaryFolderOf,
  withDatabase,
  writeParquet,
} from './stage.ts';

export const versionId = (splitId: string): string => `ds-${shortDigest({ format: PIPELINE_FORMAT, split: splitId })}`;

export const versionFolder = (context: StageContext, version: string): string =>
  join(context.dataFolder, STAGE_FOLDER.versions, version);

/** `Missing embeddings`, when fewer users or items than wanted have one. */
export const refuseLowCoverage = (
  coverage: VersionManifest['coverage'],
  counts: { readonly users: number; readonly items: number },
  minCoverage: number,
): void => {
  const missingUsers = Math.round((1 - coverage.user) * counts.users);
  const missingItems = Math.round((1 - coverage.item) * counts.items);
  if (coverage.user < minCoverage || coverage.item < minCoverage) {
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
    throw new TtExpError(
      'MISSING_EMBEDDINGS',
      `${MESSAGE.missingEmbeddings}: ${missingUsers} of ${counts.users} users and ${missingItems} of ${counts.items} items ` +
        `have none (covered ${percent(coverage.user)} and ${percent(coverage.item)}), expected data.min_coverage ${minCoverage} of each`,
      {
        hint: 'Run `tt-exp data embed`, or lower data.min_coverage.',
        details: { users: missingUsers, items: missingItems, min_coverage: minCoverage },
      },
    );
  }
};

const share = (rows: readonly EntityRow[]): number =>
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
  return [...(int32[0] ?? [])].flatMap((row) => rows[row] ?? []);
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

const writeTables = async (database: Database, folder: string): Promise<void> => {
  const tables = {
    samples: 'SELECT * FROM indexed_samples ORDER BY position',
    pairs: 'SELECT * FROM pair_gains ORDER BY part, user_index, item_index',
    users: 'SELECT * FROM dataset_users ORDER BY user_index',
    items: 'SELECT * FROM dataset_items ORDER BY item_index',
    interactions:
      'SELECT i.* FROM interactions AS i JOIN labelled USING (interaction_id) ORDER BY i.user_id, i.occurred_at, i.interaction_id',
    user_embeddings: 'SELECT e.* FROM user_embeddings AS e SEMI JOIN dataset_users USING (user_id) ORDER BY user_id',
    item_embeddings: 'SELECT * FROM item_embeddings ORDER BY item_id',
  };
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

const writeFeatures = async (database: Database, folder: string, extracted: ExtractOutput, minCoverage: number) => {
  const { schema } = extracted;
  const read = (side: 'user' | 'item') =>
    readEntities(database, {
      table: `dataset_${side}s`,
      embeddings: `${side}_embeddings`,
      id: `${side}_id`,
      order: `${side}_index`,
      textDim: schema.textDim,
    });
  const users = await read('user');
  const items = await read('item');
  const coverage = { user: share(users), item: share(items) };
  refuseLowCoverage(coverage, { users: users.length, items: items.length }, minCoverage);
  const encoder = fitEncoder(schema, {
    users: await trainingRows(database, users, 'user_index'),
    items: await trainingRows(database, items, 'item_index'),
  });
  await writeFileSafely(join(folder, 'encoder.json'), encoderText(encoder));
  await writeFileSafely(join(folder, 'user_features.f32'), floatBytes(encodeUsers(encoder, users)));
  await writeFileSafely(join(folder, 'item_features.f32'), floatBytes(encodeItems(encoder, items)));
  return {
    coverage,
    embedding_coverage: (coverage.user * users.length + coverage.item * items.length) / (users.length + items.length),
    users: users.length,
    items: items.length,
  };
};

/** Builds the dataset version; its predecessors must exist. */
export const encode = async (
  context: StageContext,
  request: StageRequest,
  stages: { readonly extracted: ExtractOutput; readonly labelled: StageOutput; readonly splitted: StageOutput },
): Promise<DatasetSummary> => {
  const { extracted, labelled, splitted } = stages;
  const version = versionId(splitted.id);
  const target = versionFolder(context, version);
  await publishFolder({
    folder: target,
    temporaryFolder: temporaryFolderOf(context),
    what: `build the dataset version ${version}`,
    fill: (folder) =>
      withDatabase(context, async (database) => {
        await attachTables(database, extracted.folder, Object.keys(tablesOf(sourceOf(request.data))));
        await attachTables(database, labelled.folder, ['labelled']);
        await attachTables(database, splitted.folder, ['samples']);
        await runSqlFile(database, '040_dataset_users');
        await runSqlFile(database, '041_dataset_items');
        await runSqlFile(database, '042_indexed_samples');
        await runSqlFile(database, '043_pair_gains', { negative_type: NEGATIVE_TYPE, dislike_type: 'dislike' });
        const features = await writeFeatures(database, folder, extracted, request.data.min_coverage);
        await writeTables(database, folder);
        if (extracted.factorDim !== null) {
          await writeFactors(database, folder, extracted.factorDim);
        }
        const provenance = { git_commit: context.gitCommit, created_at_ms: context.now() };
        await writeFileSafely(join(folder, PROVENANCE_FILE), `${JSON.stringify(provenance)}\n`);
        const manifest: Omit<VersionManifest, 'files'> = {
          format: 1,
          version,
          ...(await summarise(database)),
          ...features,
          feature_dims: featureDims(extracted.schema),
          text_dim: extracted.schema.textDim,
          factor_dim: extracted.factorDim,
          source_digest: extracted.id,
          settings: { source: request.data.source, ...labelSettings(request.data), ...splitSettings(request) },
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
