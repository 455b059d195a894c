/** TensorFlow backends, fastest first. */
export const TENSORFLOW_BACKENDS = ['gpu', 'native', 'wasm', 'js'] as const;
export type TensorflowBackend = (typeof TENSORFLOW_BACKENDS)[number];

/** `mixed`: matrix products of the towers in bfloat16, everything else in float32. */
export type Precision = 'float32' | 'mixed';

/** What a training really computes in: mixed precision gains nothing where there is no GPU. */
export const trainedPrecision = (wanted: Precision, backend: TensorflowBackend): Precision =>
  backend === 'gpu' ? wanted : 'float32';

/** Which TensorFlow a process uses; recorded with every run. */
export interface TensorflowInfo {
  readonly backend: TensorflowBackend;
  /** For example "libtensorflow 2.21.0" or "tfjs-backend-wasm 4.22.0". */
  readonly library: string;
}

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
