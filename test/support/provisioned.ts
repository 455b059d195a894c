/** The programs that tests start for real, provisioned as a user's first run does, in the same cache folder. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readEnvironment } from '../../config/env.ts';
import { createServices, type ProvisionedParts } from '../../services/index.ts';
import { makeFolder, removeFolder } from './make-folder.ts';
import { type RunningServer, startMlflow } from './standalone-server.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const environment = (): Readonly<Record<string, string | undefined>> => {
  const { TEMPORAL_ADDRESS: _temporal, MLFLOW_TRACKING_URI: _mlflow, ...rest } = process.env;
  return rest;
};

export const provisioned = (): Promise<ProvisionedParts> => {
  const services = createServices({
    homeFolder: join(tmpdir(), 'tt-exp-unused'),
    cacheFolder: readEnvironment().cacheFolder,
    requirementsFolder: join(root, 'services', 'provision'),
    environment: environment(),
    nodeExecutable: process.execPath,
    supervisorScript: 'unused',
    workerScript: 'unused',
    version: 'test',
    log: () => undefined,
  });
  return services.provision(() => undefined);
};

export const temporalExecutable = async (): Promise<string> => {
  const { temporal } = await provisioned();
  if (temporal === null) {
    throw new Error('no temporal binary was provisioned');
  }
  return temporal.executable;
};

export interface TestMlflow extends RunningServer {
  /** Stops the server and removes its data. */
  dispose(): Promise<void>;
  /** Starts it again on its data, perhaps on another port. */
  restart(): Promise<RunningServer>;
}

/** A real MLflow server with a folder of its own. */
export const startTestMlflow = async (): Promise<TestMlflow> => {
  const { mlflow } = await provisioned();
  if (mlflow === null) {
    throw new Error('no MLflow was provisioned');
  }
  const folder = await makeFolder('tt-exp-mlflow-');
  const start = (): Promise<RunningServer> => startMlflow({ mlflow, folder, environment: environment() });
  let running = await start();
  return {
    ...running,
    restart: async () => {
      running = await start();
      return running;
    },
    dispose: async () => {
      await running.stop();
      await removeFolder(folder);
    },
  };
};
