import { join } from 'node:path';

/** Where everything of a home folder lies. */
export interface HomeLayout {
  readonly home: string;
  readonly servicesFolder: string;
  readonly desiredFile: string;
  readonly desiredLock: string;
  readonly supervisorFile: string;
  readonly supervisorLock: string;
  readonly temporalFolder: string;
  readonly mlflowFolder: string;
  recordFile(name: string): string;
  /** Socket that a service keeps for as long as its first process lives. */
  lifelineFile(name: string): string;
  logFile(name: string): string;
}

export const homeLayout = (home: string): HomeLayout => {
  const servicesFolder = join(home, 'services');
  return {
    home,
    servicesFolder,
    desiredFile: join(servicesFolder, 'desired.json'),
    desiredLock: join(servicesFolder, 'desired.lock'),
    supervisorFile: join(servicesFolder, 'supervisor.json'),
    supervisorLock: join(servicesFolder, 'supervisor.lock'),
    temporalFolder: join(home, 'temporal'),
    mlflowFolder: join(home, 'mlflow'),
    recordFile: (name) => join(servicesFolder, `${name}.json`),
    lifelineFile: (name) => join(servicesFolder, `${name}.sock`),
    logFile: (name) => join(home, 'logs', `${name}.log`),
  };
};
