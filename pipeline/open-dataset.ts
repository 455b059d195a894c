import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadedDataset, PairArrays, SampleArrays, SplitName, TrueAffinities } from '../contracts/dataset.ts';
import { readColumns, readNumericColumns } from './duckdb/columns.ts';
import { type Database, openDatabase } from './duckdb/database.ts';
import { type Encoder, type EntityRow, encodeItems, encodeUsers } from './encoder/encoder.ts';
import { readEntities } from './entities.ts';
import { readFloats } from './float-file.ts';
import { readManifest, summaryOf, type VersionManifest } from './manifest.ts';
import { attachTables } from './stages/stage.ts';
import { verifyFiles } from './store/verify-folder.ts';

const READING_MEMORY_MEGABYTES = 1024;

/** A database in memory with views over tables of the version. */
const withTables = async <T>(
  folder: string,
  tables: readonly string[],
  use: (database: Database) => Promise<T>,
): Promise<T> => {
  const database = await openDatabase({
    file: ':memory:',
    spillFolder: join(tmpdir(), 'tt-exp-spill'),
    memoryLimitMegabytes: READING_MEMORY_MEGABYTES,
    threads: 1,
  });
  try {
    await attachTables(database, folder, tables);
    return await use(database);
  } finally {
    database.close();
  }
};

const emptyInts = new Int32Array(0);
const emptyFloats = new Float32Array(0);

const readSamples = async (database: Database, part: SplitName): Promise<SampleArrays> => {
  const { int32, float32 } = await readNumericColumns(database, {
    what: `read the ${part} samples`,
    sql: 'SELECT user_index, item_index, label, weight FROM samples WHERE part = $part ORDER BY position',
    parameters: { part },
    int32: 2,
    float32: 2,
  });
  const [userIndex = emptyInts, itemIndex = emptyInts] = int32;
  const [label = emptyFloats, weight = emptyFloats] = float32;
  return { userIndex, itemIndex, label, weight };
};

const readPairs = async (database: Database, part: SplitName): Promise<PairArrays> => {
  const { int32, float32 } = await readNumericColumns(database, {
    what: `read the ${part} pairs`,
    sql: 'SELECT user_index, item_index, gain FROM pairs WHERE part = $part ORDER BY user_index, item_index',
    parameters: { part },
    int32: 2,
    float32: 1,
  });
  const [userIndex = emptyInts, itemIndex = emptyInts] = int32;
  return { userIndex, itemIndex, gain: float32[0] ?? emptyFloats };
};

const forEachPart = async <T>(read: (part: SplitName) => Promise<T>): Promise<Record<SplitName, T>> => {
  const [train, validation, test] = [await read('train'), await read('validation'), await read('test')];
  return { train, validation, test };
};

const readIds = async (database: Database, table: string, id: string, order: string): Promise<string[]> => {
  const { columns } = await readColumns(database, {
    what: `read ${id}`,
    sql: `SELECT ${id} FROM ${table} ORDER BY ${order}`,
  });
  return (columns[0] ?? []).map(String);
};

const readAffinities = async (folder: string, manifest: VersionManifest): Promise<TrueAffinities | null> => {
  const dim = manifest.factor_dim;
  return dim === null
    ? null
    : {
        dim,
        userFactors: await readFloats(join(folder, 'user_factors.f32'), manifest.users * dim),
        itemFactors: await readFloats(join(folder, 'item_factors.f32'), manifest.items * dim),
      };
};

/**
 * Loads a dataset version into memory. What is read is compared with the manifest's digests first.
 * Throws DATASET_NOT_FOUND and DATASET_CORRUPT.
 */
export const openDataset = async (folder: string): Promise<LoadedDataset> => {
  const manifest = await readManifest(folder);
  const { users, items, feature_dims, factor_dim } = manifest;
  const factors = factor_dim === null ? [] : ['user_factors.f32', 'item_factors.f32'];
  await verifyFiles(folder, manifest.files, ['user_features.f32', 'item_features.f32', ...factors]);
  return withTables(folder, ['samples', 'pairs', 'users', 'items'], async (database) => ({
    summary: summaryOf(manifest),
    userIds: await readIds(database, 'users', 'user_id', 'user_index'),
    itemIds: await readIds(database, 'items', 'item_id', 'item_index'),
    userFeatures: await readFloats(join(folder, 'user_features.f32'), users * feature_dims.user),
    itemFeatures: await readFloats(join(folder, 'item_features.f32'), items * feature_dims.item),
    textDim: manifest.text_dim,
    samples: await forEachPart((part) => readSamples(database, part)),
    pairs: await forEachPart((part) => readPairs(database, part)),
    affinities: await readAffinities(folder, manifest),
  }));
};

/** Users and items of a version with all their fields and text embeddings, in the order of the feature rows. */
export interface Catalogue {
  readonly users: readonly EntityRow[];
  readonly items: readonly EntityRow[];
}

export const readCatalogue = async (folder: string): Promise<Catalogue> => {
  const { text_dim: textDim } = await readManifest(folder);
  const tables = ['users', 'items', 'user_embeddings', 'item_embeddings'];
  return withTables(folder, tables, async (database) => {
    const read = (side: 'user' | 'item') =>
      readEntities(database, {
        table: `${side}s`,
        embeddings: `${side}_embeddings`,
        id: `${side}_id`,
        order: `${side}_index`,
        textDim,
      });
    return { users: await read('user'), items: await read('item') };
  });
};

export interface EncodedDataset {
  /** [users, dims.user], row-major; rows as in `LoadedDataset.userIds`. */
  readonly userFeatures: Float32Array;
  /** [items, dims.item], row-major. */
  readonly itemFeatures: Float32Array;
  readonly dims: { readonly user: number; readonly item: number };
  readonly textDim: number;
}

/** Features of a version's users and items as another encoder, say a champion's, sees them. */
export const encodeDatasetWith = async (folder: string, encoder: Encoder): Promise<EncodedDataset> => {
  const { users, items } = await readCatalogue(folder);
  return {
    userFeatures: encodeUsers(encoder, users),
    itemFeatures: encodeItems(encoder, items),
    dims: { user: encoder.user.dim, item: encoder.item.dim },
    textDim: encoder.textDim,
  };
};
