/** TensorFlow of this machine: found, built where it can be, and described. A compute process activates it. */

export { findGpus } from './find-gpus.ts';
export {
  type BackendReport,
  checkTensorflow,
  type InspectTensorflowRequest,
  inspectTensorflow,
  type TensorflowReport,
} from './inspect-tensorflow.ts';
export type { BackendRequest } from './plan.ts';
export { type ResolveTensorflowRequest, resolveTensorflow } from './resolve-tensorflow.ts';
