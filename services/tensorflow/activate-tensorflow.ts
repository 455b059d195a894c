/** Makes a plan's backend the one on which @tensorflow/tfjs-core runs in this process. */
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { TtExpError } from '../../contracts/errors.ts';
import type { TensorflowInfo } from '../../contracts/tensorflow.ts';
import type { TensorflowPlan } from './plan.ts';

const BACKEND_NAME = { gpu: 'tensorflow', native: 'tensorflow', wasm: 'wasm', js: 'cpu' } as const;

/**
 * tfjs-node brings its own copy of tfjs-core. Both copies share one engine and one kernel registry, which tfjs keeps in
 * a process-wide place, so code that imports the project's copy runs on the native kernels. tfjs-node 4.22 calls two
 * functions of node:util that Node 23 removed.
 */
const loadNative = (packageFolder: string): void => {
  const legacy = util as { isNullOrUndefined?: (value: unknown) => boolean; isArray?: (value: unknown) => boolean };
  legacy.isNullOrUndefined ??= (value) => value === null || value === undefined;
  legacy.isArray ??= Array.isArray;
  const require = createRequire(join(packageFolder, 'package.json'));
  require('@tensorflow/tfjs-node');
};

const load = async (plan: TensorflowPlan): Promise<void> => {
  if (plan.packageFolder !== null) {
    loadNative(plan.packageFolder);
  } else if (plan.backend === 'wasm') {
    const wasm = await import('@tensorflow/tfjs-backend-wasm');
    const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
    wasm.setWasmPaths(dirname(entry) + sep);
  } else {
    await import('@tensorflow/tfjs-backend-cpu');
  }
};

/** Once a process. Throws TENSORFLOW_UNAVAILABLE when the backend doesn't load or multiplies wrongly. */
export const activateTensorflow = async (plan: TensorflowPlan): Promise<TensorflowInfo> => {
  const name = BACKEND_NAME[plan.backend];
  try {
    await load(plan);
    if (!(await tf.setBackend(name))) {
      throw new Error(`backend ${name} did not start`);
    }
    await tf.ready();
    const product = tf.tidy(() =>
      tf
        .matMul(
          [
            [1, 2],
            [3, 4],
          ],
          [
            [5, 6],
            [7, 8],
          ],
        )
        .dataSync(),
    );
    if (product.join() !== '19,22,43,50') {
      throw new Error(`a product of two matrices came out as ${product.join()}`);
    }
    return { backend: plan.backend, library: plan.library };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TtExpError('TENSORFLOW_UNAVAILABLE', `TensorFlow: ${plan.library} does not work here: ${reason}`, {
      hint: 'Run `tt-exp doctor`; TT_TF_BACKEND=wasm trains without the native library.',
      cause,
    });
  }
};
