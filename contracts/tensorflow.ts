/** TensorFlow backends, fastest first. */
export const TENSORFLOW_BACKENDS = ['gpu', 'native', 'wasm', 'js'] as const;
export type TensorflowBackend = (typeof TENSORFLOW_BACKENDS)[number];

/** Which TensorFlow a process uses; recorded with every run. */
export interface TensorflowInfo {
  readonly backend: TensorflowBackend;
  /** For example "libtensorflow 2.21.0" or "tfjs-backend-wasm 4.22.0". */
  readonly library: string;
}
