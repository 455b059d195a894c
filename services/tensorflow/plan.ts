import type { TensorflowBackend, TensorflowPlan } from '../../contracts/tensorflow.ts';

export type BackendRequest = TensorflowBackend | 'auto';

/** Of all tfjs packages, pinned together in package.json. */
const TFJS_VERSION = '4.22.0';

/** The two that need nothing beyond this package. */
export const portablePlan = (backend: 'wasm' | 'js'): TensorflowPlan => ({
  backend,
  library: `tfjs-backend-${backend === 'wasm' ? 'wasm' : 'cpu'} ${TFJS_VERSION}`,
  packageFolder: null,
  env: {},
  gpuIds: [],
  announcements: [],
});

/** Speed of a training step, measured with the default model on two cores. */
export const SPEED: Readonly<Record<TensorflowBackend, string>> = {
  gpu: 'the fastest',
  native: 'the fastest without a GPU',
  wasm: 'about 15 times slower than native TensorFlow',
  js: 'about 50 times slower than native TensorFlow',
};
