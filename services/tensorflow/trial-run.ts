/** Loads a native build in a process of its own and multiplies two matrices: what it then says is true of this machine. */
import { TtExpError } from '../../contracts/errors.ts';
import { runBuildStep } from './build-step.ts';
import type { BuildContext } from './native-build-types.ts';

const TIMEOUT_MS = 120_000;

const PROGRAM = `
const util = require('node:util');
util.isNullOrUndefined = (value) => value === null || value === undefined;
util.isArray = Array.isArray;
const tf = require('@tensorflow/tfjs-node');
const product = tf.matMul(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[5, 6], [7, 8]])).dataSync();
if (tf.getBackend() !== 'tensorflow' || product.join() !== '19,22,43,50') throw new Error('wrong product: ' + product);
const { binding, isUsingGpuDevice } = tf.backend();
process.stdout.write('library ' + binding.TF_Version + ' on ' + (isUsingGpuDevice ? 'gpu' : 'cpu') + '\\n');
`;

/** Variables with which a process finds the libraries of a build. */
export const loaderVariables = (
  libraryFolders: readonly string[],
  inherited: string | undefined,
): Readonly<Record<string, string>> =>
  libraryFolders.length === 0
    ? {}
    : { LD_LIBRARY_PATH: [...libraryFolders, ...(inherited === undefined ? [] : [inherited])].join(':') };

export interface Trial {
  /** Of the C library, as "2.21.0". */
  readonly libraryVersion: string;
  /** Where it computes now: a library with CUDA that finds no usable GPU goes on with the CPU and says nothing. */
  readonly device: 'gpu' | 'cpu';
}

/** Throws PROVISION_FAILED when the build doesn't load or computes wrongly, INTERRUPTED. */
export const runTrial = async (context: BuildContext, libraryFolders: readonly string[]): Promise<Trial> => {
  const lines = await runBuildStep(context, {
    what: 'the trial run',
    command: process.execPath,
    args: ['-e', PROGRAM],
    timeoutMs: TIMEOUT_MS,
    hint: 'Until then, use another backend: TT_TF_BACKEND=wasm.',
    env: {
      ...loaderVariables(libraryFolders, context.environment.LD_LIBRARY_PATH),
      TF_CPP_MIN_LOG_LEVEL: '2',
      TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    },
  });
  const [, libraryVersion, device] = lines.map((line) => /^library (\S+) on (gpu|cpu)$/.exec(line)).find(Boolean) ?? [];
  if (libraryVersion === undefined) {
    throw new TtExpError('PROVISION_FAILED', 'native TensorFlow: the trial run named no library version', {
      details: { lastLines: lines.slice(-20) },
    });
  }
  return { libraryVersion, device: device === 'gpu' ? 'gpu' : 'cpu' };
};
