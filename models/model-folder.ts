/** A trained model on disk: two towers in TensorFlow.js layers format, and a manifest that vouches for every file. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers';
import { TtExpError } from '../contracts/errors.ts';
import type { TrialSettings } from '../contracts/trial.ts';
import type { Architecture, TowerShape } from './architecture.ts';
import { computeValues } from './compute-values.ts';
import { writeDurably } from './durable-file.ts';
import { normaliseRows } from './tower.ts';

export interface ModelManifest {
  readonly format: 1;
  readonly kind: 'two-tower';
  readonly feature_dims: { readonly user: number; readonly item: number };
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

/** Files of one tower: path below the model folder to content. */
const towerFiles = async (
  name: Tower,
  shape: TowerShape,
  parameters: Float32Array,
): Promise<Map<string, string | Uint8Array>> => {
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
  readonly manifest: Omit<ModelManifest, 'format' | 'kind' | 'files'>;
}

/** Writes the manifest last; idempotent. Returns the digest of the manifest, which names every file's digest. */
export const saveModel = async (options: SaveModelOptions): Promise<string> => {
  const { folder, architecture, parameters } = options;
  const userSize = architecture.user.layers.reduce((sum, layer) => sum + (layer.inputDim + 1) * layer.outputDim, 0);
  const files = new Map([
    ...(await towerFiles('user', architecture.user, parameters.subarray(0, userSize))),
    ...(await towerFiles('item', architecture.item, parameters.subarray(userSize))),
  ]);
  for (const [path, content] of files) {
    await writeDurably(join(folder, path), [content]);
  }
  const manifest: ModelManifest = {
    format: 1,
    kind: 'two-tower',
    ...options.manifest,
    files: Object.fromEntries([...files].map(([path, content]) => [path, sha256(content)])),
  };
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await writeDurably(join(folder, 'manifest.json'), [text]);
  return sha256(text);
};

/** A loaded model; `dispose` frees its tensors. */
export interface TwoTowerModel {
  readonly manifest: ModelManifest;
  /** Row-major embeddings [rows, embedding_dim] of features [rows, feature_dims.user] or […item]. */
  embedUsers(features: Float32Array): Float32Array;
  embedItems(features: Float32Array): Float32Array;
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
  if (manifest.format !== 1 || manifest.kind !== 'two-tower') {
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
  const load = async (name: Tower): Promise<LayersModel> => {
    const { modelTopology, weightsManifest } = JSON.parse(
      (await readOr(folder, `${name}_tower/model.json`)).toString(),
    );
    const weights = await readOr(folder, `${name}_tower/weights.bin`);
    const weightData = new Uint8Array(weights).buffer;
    return loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData }));
  };
  const towers = { user: await load('user'), item: await load('item') };

  const embed = (name: Tower, features: Float32Array): Float32Array => {
    const dim = manifest.feature_dims[name];
    if (features.length % dim !== 0) {
      throw new TtExpError(
        'DATA_INVALID',
        `${name} features: got ${features.length} numbers, expected a multiple of ${dim}`,
        {
          hint: 'Encode them with the encoder that the model was trained with.',
        },
      );
    }
    return computeValues(() => {
      const output = towers[name].predict(tf.tensor2d(features, [features.length / dim, dim])) as tf.Tensor2D;
      return manifest.is_normalised ? normaliseRows(output) : output;
    });
  };
  return {
    manifest,
    embedUsers: (features) => embed('user', features),
    embedItems: (features) => embed('item', features),
    dispose: () => {
      towers.user.dispose();
      towers.item.dispose();
    },
  };
};
