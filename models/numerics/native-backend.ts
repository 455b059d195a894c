/** What libtensorflow offers beyond tfjs' own interface. */
import * as tf from '@tensorflow/tfjs-core';

export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean | string | readonly number[];
}

/** A tensor of libtensorflow, of whatever type. */
export interface TensorHandle {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: number;
}

/** What tfjs-node's backend offers beyond tfjs' own interface (nodejs_kernel_backend.ts of version 4.22). */
export interface NativeBackend {
  readonly binding: {
    readonly TF_FLOAT: number;
    readonly TF_ATTR_TYPE: number;
    readonly TF_ATTR_SHAPE: number;
    readonly TF_ATTR_STRING: number;
    readonly TF_ATTR_BOOL: number;
    executeOp(
      name: string,
      attributes: readonly Attribute[],
      inputIds: readonly number[],
      outputs: number,
    ): readonly TensorHandle[];
    deleteTensor(id: number): void;
  };
  createOutputTensor(handle: TensorHandle): tf.Tensor;
  getInputTensorIds(inputs: readonly tf.Tensor[]): number[];
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: readonly tf.Tensor[]): tf.Tensor;
  readonly isUsingGpuDevice: boolean;
  /** The number of the session. */
  loadSavedModelMetaGraph(folder: string, tags: string): number;
  runSavedModel(
    session: number,
    inputs: readonly tf.Tensor[],
    names: readonly { readonly name: string }[],
    outputs: readonly string[],
  ): tf.Tensor[];
  deleteSavedModel(session: number): void;
}

/** null unless this process computes with libtensorflow. */
export const nativeBackend = (): NativeBackend | null =>
  tf.getBackend() === 'tensorflow' ? (tf.backend() as unknown as NativeBackend) : null;
