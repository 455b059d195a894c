import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  CategoryFeature,
  LoadedDataset,
  PairArrays,
  SampleArrays,
  SplitName,
  TrueAffinities,
} from '../contracts/dataset.ts';
import { TtExpError } from '../contracts/errors.ts';
import { digestFile } from '../host/files/file-digest.ts';
import { readColumns, readNumericColumns } from './duckdb/columns.ts';
import { type Database, openDatabase } from './duckdb/database.ts';
import { categoriesOf } from './encoder/categories.ts';
import { type Encoder, type EntityRow, encodeRows, idRowsOf } from './encoder/encoder.ts';
import { readEncoder } from './encoder/encoder-file.ts';
import { readEntities } from './entities.ts';
import { readFloats } from './float-file.ts';
import { readManifest, summaryOf, type VersionManifest } from './manifest.ts';
import { attachTables } from './stages/stage.ts';
import { verifyFiles } from './store/verify-folder.ts';

const READING_MEMORY_MEGABYTES = 1024;

/** A database in memory with views over tables of the version. */
export const withTables = async <T>(
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
 * Throws DATASET_NOT_FOUND, DATASET_CORRUPT, and MODEL_INCOMPATIBLE for an encoder of another version of tt-exp.
 */
export const openDataset = async (folder: string): Promise<LoadedDataset> => {
  const manifest = await readManifest(folder);
  const { users, items, feature_dims, factor_dim } = manifest;
  const factors = factor_dim === null ? [] : ['user_factors.f32', 'item_factors.f32'];
  await verifyFiles(folder, manifest.files, ['user_features.f32', 'item_features.f32', 'encoder.json', ...factors]);
  const encoderFile = join(folder, 'encoder.json');
  const encoder = await readEncoder(encoderFile);
  const { sha256: encoderSha256 } = await digestFile(encoderFile);
  return withTables(folder, ['samples', 'pairs', 'users', 'items'], async (database) => {
    const userIds = await readIds(database, 'users', 'user_id', 'user_index');
    const itemIds = await readIds(database, 'items', 'item_id', 'item_index');
    return {
      summary: summaryOf(manifest),
      encoderSha256,
      userIds,
      itemIds,
      userFeatures: await readFloats(join(folder, 'user_features.f32'), users * feature_dims.user),
      itemFeatures: await readFloats(join(folder, 'item_features.f32'), items * feature_dims.item),
      textDim: manifest.text_dim,
      ids: { user: idRowsOf(encoder.user, userIds), item: idRowsOf(encoder.item, itemIds) },
      samples: await forEachPart((part) => readSamples(database, part)),
      pairs: await forEachPart((part) => readPairs(database, part)),
      affinities: await readAffinities(folder, manifest),
    };
  });
};

/** Users and items of a version with all their fields and text embeddings, in the order of the feature rows. */
export interface Catalogue {
  readonly users: readonly EntityRow[];
  readonly items: readonly EntityRow[];
}

export const readCatalogue = async (folder: string): Promise<Catalogue> => {
  const { text_dim: textDim } = await readManifest(folder);
  const sides = ['user', 'item'] as const;
  const embeddings = sides.filter((side) => textDim[side] > 0).map((side) => `${side}_embeddings`);
  return withTables(folder, ['users', 'items', ...embeddings], async (database) => {
    const read = (side: (typeof sides)[number]) =>
      readEntities(database, {
        table: `${side}s`,
        embeddings: textDim[side] > 0 ? `${side}_embeddings` : null,
        id: `${side}_id`,
        order: `${side}_index`,
        textDim: textDim[side],
      });
    return { users: await read('user'), items: await read('item') };
  });
};

/** What a model takes of users and items, and the categories that its encoder knows. */
export interface EncodedDataset extends Pick<LoadedDataset, 'userFeatures' | 'itemFeatures' | 'ids'> {
  readonly categories: readonly CategoryFeature[];
}

const refuseOtherTexts = (manifest: VersionManifest, encoder: Encoder): void => {
  for (const side of ['user', 'item'] as const) {
    const wanted = encoder[side].textEncoder;
    const got = manifest.text_encoder[side];
    if (wanted !== got || encoder[side].textDim !== manifest.text_dim[side]) {
      throw new TtExpError(
        'MODEL_INCOMPATIBLE',
        `${side} texts of ${manifest.version}: got embeddings by ${got ?? 'nothing'}, expected ${wanted ?? 'no text embeddings'} as in training`,
        {
          hint: 'Use the data.text_encoder that the model was trained with, or another gate.model_name for the new data.',
        },
      );
    }
  }
};

/**
 * Features of a version's users and items as another encoder, say a champion's, sees them. Throws MODEL_INCOMPATIBLE when
 * the version's texts were embedded by another text encoder: its vectors would mean nothing to the model.
 */
export const encodeDatasetWith = async (folder: string, encoder: Encoder): Promise<EncodedDataset> => {
  refuseOtherTexts(await readManifest(folder), encoder);
  const { users, items } = await readCatalogue(folder);
  return {
    userFeatures: encodeRows(encoder.user, users),
    itemFeatures: encodeRows(encoder.item, items),
    ids: {
      user: idRowsOf(
        encoder.user,
        users.map(({ id }) => id),
      ),
      item: idRowsOf(
        encoder.item,
        items.map(({ id }) => id),
      ),
    },
    categories: [...categoriesOf('user', encoder.user, users), ...categoriesOf('item', encoder.item, items)],
  };
};
