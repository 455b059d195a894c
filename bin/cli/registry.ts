/** Registered models for the commands: looked at through MLflow alone, moved by their owners. */
import { createModelCatalogue } from '../../client/models/model-catalogue.ts';
import { readEnvironment } from '../../config/env.ts';
import type { RegistryRuntime } from '../../ui-cli/registry/registry-runtime.ts';
import { createHomeServices } from '../home-services.ts';
import { openTracking } from '../open-tracking.ts';

export const openCatalogue: RegistryRuntime['openCatalogue'] = async ({ onWait } = {}) => {
  const environment = readEnvironment();
  const uri = await createHomeServices(environment, () => undefined).mlflowAddress();
  const tracking = openTracking(environment, uri, onWait === undefined ? {} : { onWait });
  return { ...createModelCatalogue(tracking), uri, close: () => tracking.close() };
};
