/** A trained model on disk: two towers in TensorFlow.js layers format, and a manifest that vouches for every file. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers';
import type { IdRows } from '../contracts/dataset.ts';
import { TtExpError } from '../contracts/errors.ts';
import type { TrialSettings } from '../contracts/trial.ts';
import type { Architecture, TowerShape } from './architecture.ts';
import { computeValues } from './compute-values.ts';
import { writeDurably } from './durable-file.ts';
import { lookUpIds, normaliseRows } from './tower.ts';

export interface ModelManifest {
  readonly format: 2;
  readonly kind: 'two-tower';
  /** Width of the dense features; 0 for a side without any. */
  readonly feature_dims: { readonly user: number; readonly item: number };
  /** Rows of each side's id embedding, row 0 for unknown ids not among them; 0 where ids are no feature. */
  readonly id_rows: { readonly user: number; readonly item: number };
  readonly embedding_dim: number;
  /** Whether tower outputs are scaled to length 1 before the dot product. */
  readonly is_normalised: boolean;
  /** score = sigmoid(dot / temperature) */
  readonly temperature: number;
  readonly dataset_version: string;
  readonly best_epoch: number;
  readonly settings: TrialSettings;
  /** Path below the model folder to sha256. */
  readonly files: Readonly<Record<string, string>>;
}

const TOWERS = ['user', 'item'] as const;
type Tower = (typeof TOWERS)[number];

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

const buildTower = (name: Tower, { layers: shapes }: TowerShape): LayersModel => {
  const model = sequential({ name: `${name}_tower` });
  for (const [index, { inputDim, outputDim, isHidden, dropoutRate }] of shapes.entries()) {
    model.add(
      layers.dense({
        name: `${name}_dense_${index}`,
        units: outputDim,
        activation: isHidden ? 'relu' : 'linear',
        kernelInitializer: 'zeros',
        ...(index === 0 ? { inputShape: [inputDim] } : {}),
      }),
    );
    if (dropoutRate > 0) {
      model.add(layers.dropout({ name: `${name}_dropout_${index}`, rate: dropoutRate }));
    }
  }
  return model;
};

const idFile = (name: Tower): string => `${name}_ids.f32`;

/** Little-endian float32 on every machine that TensorFlow.js runs on. */
const bytesOf = (numbers: Float32Array): Uint8Array =>
  new Uint8Array(numbers.buffer.slice(numbers.byteOffset, numbers.byteOffset + numbers.byteLength));

/** Files of the layers of one tower: path below the model folder to content. */
const towerFiles = async (
  name: Tower,
  shape: TowerShape,
  parameters: Float32Array,
): Promise<Map<string, string | Uint8Array>> => {
  if (shape.layers.length === 0) {
    return new Map();
  }
  const model = buildTower(name, shape);
  let offset = 0;
  const weights = shape.layers.flatMap(({ inputDim, outputDim }) => {
    const kernel = tf.tensor2d(parameters.slice(offset, offset + inputDim * outputDim), [inputDim, outputDim]);
    offset += inputDim * outputDim;
    const bias = tf.tensor1d(parameters.slice(offset, offset + outputDim));
    offset += outputDim;
    return [kernel, bias];
  });
  const files = new Map<string, string | Uint8Array>();
  try {
    model.setWeights(weights);
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        const data = artifacts.weightData as ArrayBuffer;
        files.set(`${name}_tower/weights.bin`, new Uint8Array(data));
        files.set(
          `${name}_tower/model.json`,
          JSON.stringify({
            format: 'layers-model',
            generatedBy: artifacts.generatedBy,
            convertedBy: null,
            modelTopology: artifacts.modelTopology,
            weightsManifest: [{ paths: ['weights.bin'], weights: artifacts.weightSpecs }],
          }),
        );
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
  } finally {
    tf.dispose(weights);
    model.dispose();
  }
  return files;
};

export interface SaveModelOptions {
  readonly folder: string;
  readonly architecture: Architecture;
  /** Flat vector, [parameterCount]. */
  readonly parameters: Float32Array;
  readonly manifest: Omit<ModelManifest, 'format' | 'kind' | 'files' | 'id_rows'>;
}

const layerSize = ({ layers: shapes }: TowerShape): number =>
  shapes.reduce((sum, { inputDim, outputDim }) => sum + (inputDim + 1) * outputDim, 0);

/** Writes the manifest last; idempotent. Returns the digest of the manifest, which names every file's digest. */
export const saveModel = async (options: SaveModelOptions): Promise<string> => {
  const { folder, architecture, parameters } = options;
  const { user, item } = architecture;
  const layersEnd = layerSize(user) + layerSize(item);
  const files = new Map([
    ...(await towerFiles('user', user, parameters.subarray(0, layerSize(user)))),
    ...(await towerFiles('item', item, parameters.subarray(layerSize(user), layersEnd))),
  ]);
  let offset = layersEnd;
  for (const name of TOWERS) {
    const size = architecture[name].idRows * options.manifest.embedding_dim;
    if (size > 0) {
      files.set(idFile(name), bytesOf(parameters.subarray(offset, offset + size)));
    }
    offset += size;
  }
  for (const [path, content] of files) {
    await writeDurably(join(folder, path), [content]);
  }
  const manifest: ModelManifest = {
    format: 2,
    kind: 'two-tower',
    ...options.manifest,
    id_rows: { user: user.idRows, item: item.idRows },
    files: Object.fromEntries([...files].map(([path, content]) => [path, sha256(content)])),
  };
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await writeDurably(join(folder, 'manifest.json'), [text]);
  return sha256(text);
};

/** A loaded model; `dispose` frees its tensors. */
export interface TwoTowerModel {
  readonly manifest: ModelManifest;
  /**
   * Row-major embeddings [rows, embedding_dim] of features [rows, feature_dims.user] or […item], and of ids where the
   * model has an embedding for them. Both must come from the encoder that the model was trained with.
   */
  embedUsers(features: Float32Array, ids: IdRows | null): Float32Array;
  embedItems(features: Float32Array, ids: IdRows | null): Float32Array;
  dispose(): void;
}

const notLoading = (folder: string, got: string): TtExpError =>
  new TtExpError('MODEL_NOT_LOADING', `Model not loading: ${folder}: got ${got}, expected a whole two-tower model`, {
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
  const text = (await readOr(folder, 'manifest.json')).toString();
  let manifest: Partial<ModelManifest>;
  try {
    manifest = JSON.parse(text);
  } catch {
    throw notLoading(folder, 'a manifest.json that is not JSON');
  }
  if (manifest.format !== 2 || manifest.kind !== 'two-tower') {
    throw notLoading(folder, `format ${manifest.format} of kind ${manifest.kind}`);
  }
  return manifest as ModelManifest;
};

/** Throws MODEL_NOT_LOADING when a file is missing or differs from the manifest's digest. */
export const loadModel = async (folder: string): Promise<TwoTowerModel> => {
  const manifest = await readManifest(folder);
  for (const [path, expected] of Object.entries(manifest.files)) {
    if (sha256(await readOr(folder, path)) !== expected) {
      throw notLoading(folder, `a ${path} that differs from its recorded digest`);
    }
  }
  const loadLayers = async (name: Tower): Promise<LayersModel | null> => {
    if (manifest.feature_dims[name] === 0) {
      return null;
    }
    const { modelTopology, weightsManifest } = JSON.parse(
      (await readOr(folder, `${name}_tower/model.json`)).toString(),
    );
    const weights = await readOr(folder, `${name}_tower/weights.bin`);
    const weightData = new Uint8Array(weights).buffer;
    return loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData }));
  };
  const loadIds = async (name: Tower): Promise<tf.Tensor2D | null> => {
    const rows = manifest.id_rows[name];
    if (rows === 0) {
      return null;
    }
    const bytes = await readOr(folder, idFile(name));
    const numbers = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    return tf.tensor2d(numbers, [rows, manifest.embedding_dim]);
  };
  const towers = {
    user: { layers: await loadLayers('user'), table: await loadIds('user') },
    item: { layers: await loadLayers('item'), table: await loadIds('item') },
  };

  const refuse = (what: string, got: string, expected: string): TtExpError =>
    new TtExpError('DATA_INVALID', `${what}: got ${got}, expected ${expected}`, {
      hint: 'Encode them with the encoder that the model was trained with.',
    });

  const embed = (name: Tower, features: Float32Array, ids: IdRows | null): Float32Array => {
    const dim = manifest.feature_dims[name];
    const { layers: model, table } = towers[name];
    if (dim === 0 ? features.length > 0 : features.length % dim !== 0) {
      throw refuse(`${name} features`, `${features.length} numbers`, `a multiple of ${dim}`);
    }
    if ((ids?.size ?? 1) - 1 !== manifest.id_rows[name]) {
      throw refuse(
        `${name} ids`,
        `${(ids?.size ?? 1) - 1} known ones`,
        `the ${manifest.id_rows[name]} of the training`,
      );
    }
    return computeValues(() => {
      const outputs: tf.Tensor2D[] = [];
      if (model !== null) {
        outputs.push(model.predict(tf.tensor2d(features, [features.length / dim, dim])) as tf.Tensor2D);
      }
      if (table !== null && ids !== null) {
        outputs.push(lookUpIds(table, ids.rows));
      }
      const [first = tf.zeros<tf.Rank.R2>([ids?.rows.length ?? 0, manifest.embedding_dim]), second] = outputs;
      const output = second === undefined ? first : tf.add<tf.Tensor2D>(first, second);
      return manifest.is_normalised ? normaliseRows(output) : output;
    });
  };
  return {
    manifest,
    embedUsers: (features, ids) => embed('user', features, ids),
    embedItems: (features, ids) => embed('item', features, ids),
    dispose: () => {
      for (const { layers: model, table } of Object.values(towers)) {
        model?.dispose();
        table?.dispose();
      }
    },
  };
};
