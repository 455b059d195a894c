/** ONNX Runtime and a tokenizer from npm, in the cache folder: exactly what the lock file names. */
import { createHash } from 'node:crypto';
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isObject } from '../../contracts/is-object.ts';
import { readJsonFile, writeJsonFile } from '../../host/files/json-file.ts';
import { runProvisionStep } from '../provision/run-step.ts';
import { ensureCachedFolder } from './cached-folder.ts';
import { encoderCache, PART, provisionFailure, type TextEncoderPlace } from './text-encoder-request.ts';

const MARKER = 'complete.json';
const TIMEOUT_MS = 600_000;
const PURPOSE = 'installing ONNX Runtime';

/** The parts of onnxruntime-node that are used here. */
export interface OnnxTensor {
  readonly type: string;
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

export interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(inputs: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>;
  release(): Promise<void>;
}

export interface OnnxRuntime {
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => OnnxTensor;
  readonly InferenceSession: {
    create(file: string, options: Readonly<Record<string, unknown>>): Promise<OnnxSession>;
  };
}

/** The parts of @huggingface/tokenizers that are used here: it neither cuts nor pads, whatever tokenizer.json says. */
export interface Tokenizer {
  encode(text: string): { readonly ids: readonly number[] };
}

export interface RuntimePackages {
  readonly folder: string;
  readonly runtime: OnnxRuntime;
  readonly createTokenizer: (tokenizer: object, config: object) => Tokenizer;
}

const folderOf = async (place: TextEncoderPlace): Promise<string> => {
  const lock = await readFile(join(place.provisionFolder, 'package-lock.json'));
  const hash = createHash('sha256').update(lock).update(`${process.platform}\0${process.arch}`);
  return join(encoderCache(place), `runtime-${hash.digest('hex').slice(0, 16)}`);
};

const findInstalled = async (folder: string): Promise<string | null> => {
  const marker = await readJsonFile(join(folder, MARKER));
  return isObject(marker) && marker.format === 1 ? folder : null;
};

/** npm prints a code, then the reason, then advice that rarely fits. */
const reasonOf = (lines: readonly string[]): string | undefined =>
  lines.find((line) => line.includes('reason: ')) ??
  lines.find((line) => /^npm (error|ERR!) (?!code|errno|syscall)/.test(line));

const installPackages = async (place: TextEncoderPlace, folder: string): Promise<void> => {
  const { provisionFolder, environment, progress, signal } = place;
  for (const file of ['package.json', 'package-lock.json']) {
    await cp(join(provisionFolder, file), join(folder, file));
  }
  progress({ part: PART, step: 'download', message: 'ONNX Runtime', percent: 10 });
  await runProvisionStep({
    ...{ part: `text encoder: ${PURPOSE}`, purpose: PURPOSE, what: 'npm ci', command: 'npm' },
    args: [
      ...['ci', '--ignore-scripts', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund'],
      // npm's own pauses between attempts add up to more than a minute, in which `auto` could go on without it.
      ...['--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'],
      ...['--no-update-notifier', '--loglevel=error'],
    ],
    ...{ env: environment, cwd: folder, timeoutMs: TIMEOUT_MS, signal, reasonOf },
    hintFor: () =>
      'Check the network, that npm is on PATH and which package registry it uses; or set data.text_encoder to "hashed".',
  });
};

/** The package brings its library for every system; ours is a fraction of them. */
const removeOtherSystems = async (folder: string): Promise<void> => {
  const binaries = join(folder, 'node_modules', 'onnxruntime-node', 'bin');
  for (const version of await readdir(binaries)) {
    for (const system of await readdir(join(binaries, version))) {
      const ofSystem = join(binaries, version, system);
      const others = system === process.platform ? await readdir(ofSystem) : [];
      const unused = others.filter((arch) => arch !== process.arch).map((arch) => join(ofSystem, arch));
      for (const path of system === process.platform ? unused : [ofSystem]) {
        await rm(path, { recursive: true, force: true });
      }
    }
  }
};

const ensureInstalled = async (place: TextEncoderPlace): Promise<string> =>
  ensureCachedFolder(place, {
    folder: await folderOf(place),
    purpose: PURPOSE,
    find: findInstalled,
    fill: async (to) => {
      await installPackages(place, to);
      await removeOtherSystems(to);
      await writeJsonFile(join(to, MARKER), { format: 1 });
    },
  });

/** Installs them first where they are missing. Throws PROVISION_FAILED, INTERRUPTED. */
export const loadRuntimePackages = async (place: TextEncoderPlace): Promise<RuntimePackages> => {
  const folder = await ensureInstalled(place);
  const load = createRequire(join(folder, 'package.json'));
  try {
    const runtime = load('onnxruntime-node') as OnnxRuntime;
    const { Tokenizer: TokenizerClass } = load('@huggingface/tokenizers') as {
      readonly Tokenizer: new (tokenizer: object, config: object) => Tokenizer;
    };
    return { folder, runtime, createTokenizer: (tokenizer, config) => new TokenizerClass(tokenizer, config) };
  } catch (error) {
    throw provisionFailure(
      `ONNX Runtime does not load on ${process.platform} ${process.arch} (${error instanceof Error ? error.message : error})`,
      `Remove ${folder} and try again, or set data.text_encoder to "hashed".`,
      error,
    );
  }
};
