/** Makes a plan's backend the one on which @tensorflow/tfjs-core runs in this process. */

import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { TtExpError } from '../../contracts/errors.ts';
import type { TensorflowInfo, TensorflowPlan } from '../../contracts/tensorflow.ts';

const BACKEND_NAME = { gpu: 'tensorflow', native: 'tensorflow', wasm: 'wasm', js: 'cpu' } as const;

/** The part of tfjs-node's backend that tells whether a GPU computes. */
interface NativeBackend {
  readonly isUsingGpuDevice: boolean;
}

/**
 * tfjs-node brings its own copy of tfjs-core. Both copies share one engine, kernel registry and gradient registry,
 * which tfjs keeps in a process-wide place, so code that imports the project's copy runs on the native kernels, with
 * the same tensor count. Resolving its imports to the project's copy instead would save some 20 MB and 0.1 s, at the
 * price of patching Node's module loader. tfjs-node 4.22 calls two functions of node:util that Node 22
 * complains about and Node 23 removed.
 */
const loadNative = (packageFolder: string): void => {
  const legacy = util as { isNullOrUndefined?: (value: unknown) => boolean; isArray?: (value: unknown) => boolean };
  legacy.isNullOrUndefined = (value) => value === null || value === undefined;
  legacy.isArray = Array.isArray;
  createRequire(join(packageFolder, 'package.json'))('@tensorflow/tfjs-node');
};

const load = async ({ backend, packageFolder }: TensorflowPlan): Promise<void> => {
  if (packageFolder !== null) {
    loadNative(packageFolder);
    return;
  }
  // tfjs-core alone knows no gradients; this package registers them, as tfjs-node does.
  await import('@tensorflow/tfjs-layers');
  await import('@tensorflow/tfjs-backend-cpu');
  if (backend === 'wasm') {
    // Finds its .wasm files beside itself, and takes the one with SIMD where the processor has it.
    await import('@tensorflow/tfjs-backend-wasm');
    const { fillWasmGaps } = await import('./wasm-gaps.ts');
    fillWasmGaps();
  }
};

const requireRightProduct = (): void => {
  const product = tf.tidy(() =>
    tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2])).dataSync(),
  );
  if (product.join() !== '19,22,43,50') {
    throw new Error(`a product of two matrices came out as ${product.join()}`);
  }
};

const start = async (plan: TensorflowPlan): Promise<void> => {
  // Else tfjs advises people to install tfjs-node, and reports that two copies of it share one platform.
  tf.enableProdMode();
  await load(plan);
  const name = BACKEND_NAME[plan.backend];
  if (!(await tf.setBackend(name))) {
    throw new Error(`backend ${name} did not start`);
  }
  await tf.ready();
  requireRightProduct();
  if (plan.backend === 'gpu' && !(tf.backend() as unknown as NativeBackend).isUsingGpuDevice) {
    throw new Error('TensorFlow found no GPU that it can use');
  }
};

/** Once a process, before any tensor. Throws TENSORFLOW_UNAVAILABLE when the backend doesn't load or multiplies wrongly. */
export const activateTensorflow = async (plan: TensorflowPlan): Promise<TensorflowInfo> => {
  try {
    await start(plan);
    return { backend: plan.backend, library: plan.library };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TtExpError('TENSORFLOW_UNAVAILABLE', `TensorFlow: ${plan.library} does not work here: ${reason}`, {
      hint: 'Run `tt-exp doctor`; TT_TF_BACKEND=wasm trains without the native library.',
      cause,
    });
  }
};
