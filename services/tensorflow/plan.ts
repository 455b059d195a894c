import type { TensorflowBackend, TensorflowInfo } from '../../contracts/tensorflow.ts';

/** Which TensorFlow this machine uses, decided once; plain data that a child process gets as JSON. */
export interface TensorflowPlan extends TensorflowInfo {
  /** Folder whose node_modules holds the native binding; null for wasm and js. */
  readonly packageFolder: string | null;
  /** Variables that a child needs from its start: the library and its loader read them once. */
  readonly env: Readonly<Record<string, string>>;
  /** For CUDA_VISIBLE_DEVICES, one each; empty without a GPU. */
  readonly gpuIds: readonly string[];
  /** Why no faster backend was taken, one sentence each; to be shown to people. */
  readonly announcements: readonly string[];
}

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
