/** A sentence transformer in a folder: which files it has, how its tokens become one vector, what names it. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { TtExpError } from '../../contracts/errors.ts';
import { isObject } from '../../contracts/is-object.ts';
import { isFileError } from '../../host/files/file-errors.ts';
import { provisionFailure } from './text-encoder-request.ts';

export type Pooling = 'mean' | 'cls';

export interface ModelFolder {
  readonly folder: string;
  /** model.onnx. */
  readonly file: string;
  readonly tokenizer: object;
  readonly tokenizerConfig: object;
  readonly pooling: Pooling;
  /** Longer texts are cut. */
  readonly mostTokens: number;
  /** SHA-256 of all that decides about the vectors: 64 hex digits. */
  readonly digest: string;
}

const MODEL_FILES = ['model.onnx', join('onnx', 'model.onnx')];
/** Weights of a large model, beside model.onnx. */
const EXTERNAL_DATA = ['model.onnx_data', 'model.onnx.data'];
const MOST_TOKENS = 256;
/** Modules of a sentence transformer that are computed here; others would change the vectors. */
const KNOWN_MODULES = ['Transformer', 'Pooling', 'Normalize'];

export const refuseModel = (folder: string, what: string, cause?: unknown): TtExpError =>
  provisionFailure(
    `${folder} ${what}`,
    'Name a folder with tokenizer.json and model.onnx (or onnx/model.onnx) of a sentence transformer in data.text_encoder.',
    cause,
  );

const isFile = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (isFileError(error, 'ENOENT') || isFileError(error, 'ENOTDIR')) {
      return false;
    }
    throw error;
  }
};

const readJson = async (folder: string, name: string): Promise<unknown> => {
  const file = join(folder, name);
  if (!(await isFile(file))) {
    return undefined;
  }
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw refuseModel(folder, `has a ${name} that is not JSON`, error);
  }
};

const findModel = async (folder: string): Promise<string> => {
  for (const name of MODEL_FILES) {
    if (await isFile(join(folder, name))) {
      return join(folder, name);
    }
  }
  throw refuseModel(folder, 'has no model.onnx, expected it there or in onnx/');
};

const checkModules = async (folder: string): Promise<void> => {
  const modules = await readJson(folder, 'modules.json');
  if (!Array.isArray(modules)) {
    return;
  }
  for (const module of modules) {
    const type = isObject(module) && typeof module.type === 'string' ? (module.type.split('.').at(-1) ?? '') : '';
    if (!KNOWN_MODULES.includes(type)) {
      throw refuseModel(folder, `has a module "${type}" in modules.json, expected only ${KNOWN_MODULES.join(', ')}`);
    }
  }
};

const readPooling = async (folder: string): Promise<Pooling> => {
  const config = await readJson(folder, join('1_Pooling', 'config.json'));
  if (!isObject(config)) {
    return 'mean';
  }
  const modes = Object.keys(config).filter((key) => key.startsWith('pooling_mode_') && config[key] === true);
  if (modes.length === 1 && modes[0] === 'pooling_mode_cls_token') {
    return 'cls';
  }
  if (modes.length === 0 || (modes.length === 1 && modes[0] === 'pooling_mode_mean_tokens')) {
    return 'mean';
  }
  throw refuseModel(folder, `pools by ${modes.join(' and ')}, expected the mean of the tokens or the first token`);
};

const readMostTokens = async (folder: string): Promise<number> => {
  const config = await readJson(folder, 'sentence_bert_config.json');
  const own = isObject(config) ? config.max_seq_length : undefined;
  return typeof own === 'number' && own > 1 ? Math.min(MOST_TOKENS, own) : MOST_TOKENS;
};

const digestOf = async (files: readonly string[], settings: readonly string[]): Promise<string> => {
  const hash = createHash('sha256');
  for (const file of files) {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
      hash.update(chunk);
    }
  }
  for (const setting of settings) {
    hash.update(setting);
  }
  return hash.digest('hex');
};

/** Throws PROVISION_FAILED with the folder and what it lacks. */
export const readModelFolder = async (folder: string): Promise<ModelFolder> => {
  const tokenizer = await readJson(folder, 'tokenizer.json');
  if (!isObject(tokenizer)) {
    throw refuseModel(folder, 'has no tokenizer.json');
  }
  const file = await findModel(folder);
  const tokenizerConfig = await readJson(folder, 'tokenizer_config.json');
  await checkModules(folder);
  const pooling = await readPooling(folder);
  const mostTokens = await readMostTokens(folder);
  const weights: string[] = [];
  for (const name of EXTERNAL_DATA) {
    if (await isFile(join(file, '..', name))) {
      weights.push(join(file, '..', name));
    }
  }
  const digest = await digestOf(
    [file, ...weights, join(folder, 'tokenizer.json')],
    [...(pooling === 'mean' ? [] : [pooling]), ...(mostTokens === MOST_TOKENS ? [] : [String(mostTokens)])],
  );
  return {
    folder,
    file,
    tokenizer,
    tokenizerConfig: isObject(tokenizerConfig) ? tokenizerConfig : {},
    pooling,
    mostTokens,
    digest,
  };
};
