import { availableParallelism } from 'node:os';
import type { Environment } from '../../config/env.ts';
import { findGpus } from '../../services/tensorflow/index.ts';

/** One for each GPU, or for each core where there is none. */
export const trainingSlots = async ({ variables }: Environment): Promise<number> => {
  const gpus = await findGpus(variables);
  return gpus.length > 0 ? gpus.length : availableParallelism();
};
