import type { TensorflowBackend, TensorflowInfo } from '../../contracts/tensorflow.ts';

/** Which TensorFlow this machine uses, decided once; plain data that a child process gets as JSON. */
export interface TensorflowPlan extends TensorflowInfo {
  /** Folder whose node_modules holds the native binding; null for wasm and js. */
  readonly packageFolder: string | null;
  /** Variables that a child needs from its start, as the loader's path. */
  readonly env: Readonly<Record<string, string>>;
  /** Why no faster backend was taken, one sentence each; to be shown to people. */
  readonly announcements: readonly string[];
}

export type BackendRequest = TensorflowBackend | 'auto';

/** Relative speed of a training step, measured with the default model on two cores. */
export const SLOWDOWN: Readonly<Record<TensorflowBackend, string>> = {
  gpu: 'the fastest',
  native: 'the fastest without a GPU',
  wasm: 'some 15 times slower than native',
  js: 'some 50 times slower than native',
};
