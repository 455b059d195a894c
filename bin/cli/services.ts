import { readEnvironment } from '../../config/env.ts';
import { closeAbandoned } from '../../services/check-open-runs.ts';
import type { Services } from '../../services/index.ts';
import type { ServicesControl } from '../../ui-cli/services/services-runtime.ts';
import { createHomeServices } from '../home-services.ts';
import { ensureUp } from './ensure-up.ts';

const homeServices = (): Services => createHomeServices(readEnvironment(), () => undefined);

export const up: ServicesControl['up'] = async (progress, signal) => {
  const environment = readEnvironment();
  const addresses = await ensureUp(environment, progress, signal);
  const { reconcileHome } = await import('../reconcile-home.ts');
  await closeAbandoned(() => reconcileHome({ environment, addresses, isRepair: true }), progress);
  return addresses;
};

export const down: ServicesControl['down'] = (progress) => homeServices().takeDown(progress);

export const status: ServicesControl['status'] = () => homeServices().status();
