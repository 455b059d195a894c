/** TensorFlow in this process, as a compute child would have it. */
import { fileURLToPath } from 'node:url';
import { readEnvironment } from '../../config/env.ts';
import type { TensorflowInfo } from '../../contracts/tensorflow.ts';
import { activateTensorflow } from '../../services/tensorflow/activate-tensorflow.ts';
import { type BackendRequest, resolveTensorflow } from '../../services/tensorflow/index.ts';

const PROVISION = fileURLToPath(new URL('../../services/tensorflow/provision', import.meta.url));

/** Builds it into the usual cache where it is not there yet. */
export const activateBackend = async (backend: BackendRequest): Promise<TensorflowInfo> => {
  const { cacheFolder, variables } = readEnvironment();
  const progress = (): void => undefined;
  const request = { cacheFolder, provisionFolder: PROVISION, backend, environment: variables, progress };
  const plan = await resolveTensorflow(request);
  Object.assign(process.env, plan.env);
  return activateTensorflow(plan);
};
