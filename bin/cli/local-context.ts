/** What a command that does its own work gets of this process. */
import { readEnvironment } from '../../config/env.ts';
import type { LocalContext } from '../../local/local-context.ts';
import type { LocalWork } from '../../ui-cli/model/model-runtime.ts';
import { createLocalPorts } from '../local-ports.ts';

export const contextOf = ({ progress, log, count, signal }: LocalWork): LocalContext => {
  const environment = readEnvironment();
  const ports = createLocalPorts({ environment, progress, log, signal });
  return { homeFolder: environment.homeFolder, ports, log, count, signal };
};
