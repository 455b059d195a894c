/** Writes a trained model: its towers, its tables, and last the manifest that vouches for every file. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { elementAt } from '../../contracts/element-at.ts';
import { MANIFEST_FILE } from '../../contracts/names.ts';
import { writeDurably } from '../../host/files/durable-file.ts';
import { type Architecture, SIDES, type Side } from '../towers/architecture.ts';
import { saveTower } from './layers-model.ts';
import { type ModelManifest, tableFile } from './model-manifest.ts';

export interface SaveModelOptions {
  readonly folder: string;
  readonly architecture: Architecture;
  /** Flat vector, [parameterCount]. */
  readonly parameters: Float32Array;
  readonly manifest: Omit<ModelManifest, 'format' | 'kind' | 'files' | 'id_rows' | 'history_rows'>;
}

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** Little-endian float32 on every machine that TensorFlow.js runs on. */
const bytesOf = (numbers: Float32Array): Uint8Array =>
  new Uint8Array(numbers.buffer.slice(numbers.byteOffset, numbers.byteOffset + numbers.byteLength));

/** Path below the model folder to content. */
const filesOf = async ({ architecture, parameters }: SaveModelOptions): Promise<Map<string, string | Uint8Array>> => {
  const files = new Map<string, string | Uint8Array>();
  const weights: Record<Side, tf.Tensor[]> = { user: [], item: [] };
  let offset = 0;
  for (const [index, { side, kind, shape }] of architecture.pieces.entries()) {
    const values = parameters.subarray(offset, offset + elementAt(architecture.pieceSizes, index));
    offset += values.length;
    if (kind === 'ids' || kind === 'history') {
      files.set(tableFile(side, kind), bytesOf(values));
    } else if (kind !== 'log_temperature') {
      weights[side].push(tf.tensor(values.slice(), [...shape]));
    }
  }
  for (const side of SIDES) {
    if (weights[side].length > 0) {
      const tower = await saveTower(side, architecture[side], weights[side]);
      files.set(`${side}_tower/weights.bin`, tower.weights);
      files.set(`${side}_tower/model.json`, tower.model);
    }
  }
  return files;
};

/** Idempotent. Returns the digest of the manifest, which names every file's digest. */
export const saveModel = async (options: SaveModelOptions): Promise<string> => {
  const { folder, architecture } = options;
  const files = await filesOf(options);
  for (const [path, content] of files) {
    await writeDurably(join(folder, path), [content]);
  }
  const { user, item } = architecture;
  const manifest: ModelManifest = {
    format: 3,
    kind: 'two-tower',
    ...options.manifest,
    id_rows: { user: user.idRows, item: item.idRows },
    history_rows: user.historyRows,
    files: Object.fromEntries([...files].map(([path, content]) => [path, sha256(content)])),
  };
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await writeDurably(join(folder, MANIFEST_FILE), [text]);
  return sha256(text);
};
