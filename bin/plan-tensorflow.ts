import type { Environment } from '../config/env.ts';
import type { ProgressSink } from '../contracts/services.ts';
import type { TensorflowPlan } from '../contracts/tensorflow.ts';
import { resolveTensorflow } from '../services/tensorflow/index.ts';
import { PACKAGE } from './package-files.ts';

/** Which TensorFlow this machine uses; builds the native one where it is missing. */
export const planTensorflow = (
  { cacheFolder, tensorflowBackend, variables }: Environment,
  progress: ProgressSink,
  signal?: AbortSignal,
): Promise<TensorflowPlan> =>
  resolveTensorflow({
    cacheFolder,
    provisionFolder: PACKAGE.tensorflowFolder,
    backend: tensorflowBackend,
    environment: variables,
    progress,
    ...(signal === undefined ? {} : { signal }),
  });
