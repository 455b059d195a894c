import type { Environment } from '../../config/env.ts';
import type { ProgressSink, ServiceAddresses } from '../../contracts/services.ts';
import { createHomeServices } from '../home-services.ts';
import { planTensorflow } from '../plan-tensorflow.ts';
import { trainingSlots } from './training-slots.ts';

/** Local workers: one for data and evaluation, one for training. */
const localWorkers = async (environment: Environment) =>
  [
    { queue: 'tt-cpu', slots: 4 },
    { queue: 'tt-gpu', slots: await trainingSlots(environment) },
  ] as const;

/** With a Temporal server of one's own the workers are one's own too: `tt-exp worker`. */
export const ensureUp = async (
  environment: Environment,
  progress: ProgressSink,
  signal: AbortSignal,
): Promise<ServiceAddresses> => {
  const services = createHomeServices(environment, () => undefined);
  if (environment.temporal.address !== undefined) {
    return services.ensureUp({ signal }, progress);
  }
  const { announcements } = await planTensorflow(environment, progress, signal);
  for (const message of announcements) {
    progress({ part: 'tensorflow', step: 'notice', message });
  }
  return services.ensureUp({ workers: await localWorkers(environment), signal }, progress);
};
