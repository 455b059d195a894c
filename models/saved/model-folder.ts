/** A trained model, loaded from its folder. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { IdRows } from '../../contracts/dataset.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { staysBelow } from '../../contracts/join-below.ts';
import { MANIFEST_FILE } from '../../contracts/names.ts';
import { computeValues } from '../numerics/compute-values.ts';
import type { Side } from '../towers/architecture.ts';
import { type Bags, bagCount, singleRows, sumBags } from '../towers/bags.ts';
import { type Histories, historyBags } from '../towers/history.ts';
import { normaliseRows } from '../towers/tower.ts';
import { loadTower } from './layers-model.ts';
import { type ModelManifest, type Table, tableFile } from './model-manifest.ts';

/** A loaded model; `dispose` frees its tensors. */
export interface TwoTowerModel {
  readonly manifest: ModelManifest;
  /**
   * Row-major embeddings [rows, embedding_dim] of features [rows, feature_dims.user], of ids where the model has an
   * embedding for them, and of histories where it takes these. All must come from the encoder of the training. Throws
   * DATA_INVALID for inputs of other sizes than the training's.
   */
  embedUsers(features: Float32Array, ids: IdRows | null, histories: Histories | null): Float32Array;
  /** Likewise, before the history is added and rows are scaled: with `userVector`, it gives what `embedUsers` gives. */
  embedUsersWithoutHistory(features: Float32Array, ids: IdRows | null, histories: Histories): Float32Array;
  /** Likewise, [rows, feature_dims.item]. */
  embedItems(features: Float32Array, ids: IdRows | null): Float32Array;
  dispose(): void;
}

const notLoading = (folder: string, got: string): TtExpError =>
  new TtExpError('MODEL_NOT_LOADING', `Model not loading: ${folder}: got ${got}, expected a complete two-tower model`, {
    hint: 'Check that the folder holds manifest.json, user_tower/ and item_tower/; fetch the model again, or train it again with --fresh.',
  });

const readOr = async (folder: string, path: string): Promise<Buffer> => {
  try {
    return await readFile(join(folder, path));
  } catch {
    throw notLoading(folder, `no readable ${path}`);
  }
};

const readManifest = async (folder: string): Promise<ModelManifest> => {
  const text = (await readOr(folder, MANIFEST_FILE)).toString();
  let manifest: Partial<ModelManifest>;
  try {
    manifest = JSON.parse(text);
  } catch {
    throw notLoading(folder, 'a manifest.json that is not JSON');
  }
  if (manifest.kind !== 'two-tower' || !Number.isInteger(manifest.format)) {
    throw notLoading(folder, `format ${manifest.format} of kind ${manifest.kind}`);
  }
  if (manifest.format !== 3) {
    throw new TtExpError(
      'MODEL_INCOMPATIBLE',
      `model ${folder}: got format ${manifest.format}, expected 3, which this version of tt-exp reads and writes`,
      { hint: 'Train the model again with this version, or use the version that wrote it.' },
    );
  }
  return manifest as ModelManifest;
};

/** The model's files, each equal to its recorded digest. */
const readVerified = async (folder: string, { files }: ModelManifest): Promise<ReadonlyMap<string, Buffer>> => {
  const contents = new Map<string, Buffer>();
  for (const [path, expected] of Object.entries(files)) {
    if (!staysBelow(path)) {
      throw notLoading(folder, `a manifest that lists "${path}", which is not in its folder`);
    }
    const content = await readOr(folder, path);
    if (createHash('sha256').update(content).digest('hex') !== expected) {
      throw notLoading(folder, `a ${path} that differs from its recorded digest`);
    }
    contents.set(path, content);
  }
  return contents;
};

interface Tower {
  readonly layers: LayersModel | null;
  /** [id_rows × embedding_dim] */
  readonly ids: Float32Array | null;
  /** [history_rows × embedding_dim] */
  readonly history: Float32Array | null;
}

const openTower = async (
  folder: string,
  { feature_dims: featureDims }: ModelManifest,
  contents: ReadonlyMap<string, Buffer>,
  side: Side,
): Promise<Tower> => {
  const contentOf = (path: string): Buffer => {
    const content = contents.get(path);
    if (content === undefined) {
      throw notLoading(folder, `a manifest without ${path}`);
    }
    return content;
  };
  const table = (name: Table): Float32Array | null => {
    const bytes = contents.get(tableFile(side, name));
    if (bytes === undefined) {
      return null;
    }
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  };
  const layers =
    featureDims[side] === 0
      ? null
      : await loadTower({
          model: contentOf(`${side}_tower/model.json`).toString(),
          weights: contentOf(`${side}_tower/weights.bin`),
        });
  return { layers, ids: table('ids'), history: table('history') };
};

const refuse = (what: string, got: string, expected: string): TtExpError =>
  new TtExpError('DATA_INVALID', `${what}: got ${got}, expected ${expected}`, {
    hint: 'Encode them with the encoder that the model was trained with.',
  });

interface Inputs {
  readonly features: Float32Array;
  readonly ids: IdRows | null;
  readonly histories: Histories | null;
  /** False: neither is the history added, nor are rows scaled. */
  readonly isWhole: boolean;
}

/** Number of entities. Throws DATA_INVALID for inputs that are none of this model's. */
const countOf = ({ feature_dims, id_rows, history_rows }: ModelManifest, side: Side, inputs: Inputs): number => {
  const { features, ids, histories } = inputs;
  const dim = feature_dims[side];
  if (dim === 0 ? features.length > 0 : features.length % dim !== 0) {
    throw refuse(`${side} features`, `${features.length} numbers`, `a multiple of ${dim}`);
  }
  if ((ids?.size ?? 0) !== id_rows[side]) {
    throw refuse(`${side} ids`, `${ids?.size ?? 0} rows`, `the ${id_rows[side]} of the training`);
  }
  const expected = side === 'user' && history_rows > 0 ? 'the items that each user met' : 'none';
  if ((expected === 'none') !== (histories === null)) {
    throw refuse(`${side} histories`, histories === null ? 'none' : 'histories', expected);
  }
  return dim > 0 ? features.length / dim : (ids?.rows.length ?? (histories?.starts.length ?? 1) - 1);
};

/** Entities embedded at once: bounds the memory of hidden layers and histories. */
const ROWS_PER_BLOCK = 512;

/**
 * Throws MODEL_NOT_LOADING when a file is missing or differs from the manifest's digest, MODEL_INCOMPATIBLE for another
 * format than this version's.
 */
export const loadModel = async (folder: string): Promise<TwoTowerModel> => {
  const manifest = await readManifest(folder);
  const contents = await readVerified(folder, manifest);
  const towers = {
    user: await openTower(folder, manifest, contents, 'user'),
    item: await openTower(folder, manifest, contents, 'item'),
  };
  const { embedding_dim: embeddingDim, feature_dims: featureDims } = manifest;

  const embedBlock = (
    side: Side,
    { features, ids, histories, isWhole }: Inputs,
    from: number,
    to: number,
  ): Float32Array =>
    computeValues(() => {
      const { layers, ids: idTable, history } = towers[side];
      const dim = featureDims[side];
      const parts: tf.Tensor2D[] = [];
      const addSums = (table: Float32Array, bags: Bags): void => {
        parts.push(tf.tensor2d(sumBags(table, embeddingDim, bags), [bagCount(bags), embeddingDim]));
      };
      if (layers !== null) {
        parts.push(
          layers.predict(tf.tensor2d(features.subarray(from * dim, to * dim), [to - from, dim])) as tf.Tensor2D,
        );
      }
      if (idTable !== null && ids !== null) {
        addSums(idTable, singleRows(ids.rows.slice(from, to), true));
      }
      if (isWhole && history !== null && histories !== null) {
        const users = Int32Array.from({ length: to - from }, (_, row) => from + row);
        addSums(history, historyBags(histories, users, null));
      }
      const [first = tf.zeros<tf.Rank.R2>([to - from, embeddingDim]), ...others] = parts;
      const output = others.reduce((sum, part) => tf.add<tf.Tensor2D>(sum, part), first);
      return isWhole && manifest.is_normalised ? normaliseRows(output) : output;
    });

  const embed = (side: Side, inputs: Inputs): Float32Array => {
    const count = countOf(manifest, side, inputs);
    const all = new Float32Array(count * embeddingDim);
    for (let from = 0; from < count; from += ROWS_PER_BLOCK) {
      all.set(embedBlock(side, inputs, from, Math.min(count, from + ROWS_PER_BLOCK)), from * embeddingDim);
    }
    return all;
  };

  return {
    manifest,
    embedUsers: (features, ids, histories) => embed('user', { features, ids, histories, isWhole: true }),
    embedUsersWithoutHistory: (features, ids, histories) => embed('user', { features, ids, histories, isWhole: false }),
    embedItems: (features, ids) => embed('item', { features, ids, histories: null, isWhole: true }),
    dispose: () => {
      for (const { layers } of Object.values(towers)) {
        layers?.dispose();
      }
    },
  };
};
