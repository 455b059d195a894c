/** A model of the hub, kept in the cache folder once it was fetched. */
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import { isObject } from '../../contracts/is-object.ts';
import { readJsonFile, writeJsonFile } from '../../host/files/json-file.ts';
import { interrupted } from '../../host/locks/with-lock.ts';
import { ensureCachedFolder } from './cached-folder.ts';
import { type ModelFolder, readModelFolder } from './model-folder.ts';
import { encoderCache, PART, provisionFailure, type TextEncoderPlace } from './text-encoder-request.ts';

const DEFAULT_HUB = 'https://huggingface.co';
const NAME = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;
const MARKER = 'complete.json';
const MODEL_FILES = ['onnx/model.onnx', 'model.onnx'];
const OPTIONAL_FILES = ['tokenizer_config.json', 'modules.json', '1_Pooling/config.json', 'sentence_bert_config.json'];
const HINT =
  'Check the name, the network and HF_ENDPOINT (this download uses no proxy); or put model.onnx and tokenizer.json ' +
  'into a folder and set data.text_encoder to its path (./folder).';

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) {
    return String(error);
  }
  // fetch says "fetch failed"; why is in its cause.
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
};

const createDownload = ({ environment, progress, signal }: TextEncoderPlace, name: string, folder: string) => {
  const hub = (environment.HF_ENDPOINT || DEFAULT_HUB).replace(/\/+$/, '');
  const fail = (what: string, cause?: unknown): TtExpError =>
    provisionFailure(`the model ${name} cannot be downloaded from ${hub} (${what})`, HINT, cause);
  const save = async (response: Response, file: string): Promise<void> => {
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(file, 'wx');
    try {
      for await (const chunk of response.body ?? []) {
        await handle.write(chunk);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
  };
  /** Whether there is such a file. */
  const download = async (file: string): Promise<boolean> => {
    progress({ part: PART, step: 'download', message: `${name} ${file}` });
    try {
      const response = await fetch(`${hub}/${name}/resolve/main/${file}`, signal === undefined ? {} : { signal });
      if (response.ok) {
        await save(response, join(folder, file));
        return true;
      }
      await response.body?.cancel();
      if (response.status === 404) {
        return false;
      }
      throw fail(`${file}: status ${response.status}`);
    } catch (error) {
      if (signal?.aborted === true) {
        throw interrupted('fetching a text encoder');
      }
      throw error instanceof TtExpError ? error : fail(`${file}: ${reasonOf(error)}`, error);
    }
  };
  return { download, fail };
};

const fetchModel = async (place: TextEncoderPlace, name: string, folder: string): Promise<void> => {
  const { download, fail } = createDownload(place, name, folder);
  if (!(await download('tokenizer.json'))) {
    throw fail('there is no tokenizer.json, or no such model');
  }
  for (const file of OPTIONAL_FILES) {
    await download(file);
  }
  for (const file of MODEL_FILES) {
    if (await download(file)) {
      await download(`${file}_data`);
      return;
    }
  }
  throw fail('it has no model.onnx, expected it there or in onnx/');
};

/** The model `owner/model`. Throws CONFIG_INVALID for another name, PROVISION_FAILED where it cannot be fetched, INTERRUPTED. */
export const ensureHubModel = async (place: TextEncoderPlace, name: string): Promise<ModelFolder> => {
  if (!NAME.test(name)) {
    throw new TtExpError('CONFIG_INVALID', `data.text_encoder: got "${name}", expected owner/model`, {
      hint: 'Write a folder as ./folder or /folder.',
    });
  }
  return ensureCachedFolder(place, {
    folder: join(encoderCache(place), `hub-${name.replace('/', '--')}`),
    purpose: `fetching the model ${name}`,
    find: async (folder) => {
      const marker = await readJsonFile(join(folder, MARKER));
      if (!isObject(marker)) {
        return null;
      }
      const model = await readModelFolder(folder);
      if (marker.digest === model.digest) {
        return model;
      }
      throw provisionFailure(
        `the model ${name} in ${folder} has the digest ${model.digest.slice(0, 12)}, expected ${String(marker.digest).slice(0, 12)}, recorded when it was downloaded`,
        `Find out who changed it. To download it again, remove ${folder}.`,
      );
    },
    fill: async (to) => {
      await fetchModel(place, name, to);
      const { digest } = await readModelFolder(to);
      await writeJsonFile(join(to, MARKER), { format: 1, digest });
    },
  });
};
