import { join } from 'node:path';

/** Where everything of a home folder lies. */
export interface HomeLayout {
  readonly home: string;
  /** Extracts, stages and dataset versions. */
  readonly dataFolder: string;
  /** One folder a training, while it lasts. */
  readonly trialsFolder: string;
  /** Models fetched from the tracking server, by run. */
  readonly modelsFolder: string;
  /** Bundles that recommenders answer from, by digest, and which of them is that of what. */
  readonly bundlesFolder: string;
  /** One folder a registered model that is served. */
  readonly serving: string;
  /** Of one registered model: the events that came in while it served, and which bundle served last. */
  servingFolder(model: string): string;
  /** Connection settings that a command leaves for the workers. */
  readonly sourceVariablesFolder: string;
  /** What people saved of the dashboard's tables. */
  readonly viewsFile: string;
  readonly viewsLock: string;
  readonly servicesFolder: string;
  readonly desiredFile: string;
  readonly desiredLock: string;
  readonly supervisorFile: string;
  readonly supervisorLock: string;
  readonly temporalFolder: string;
  /** Every database that the embedded Temporal has had. */
  readonly temporalDatabasesFile: string;
  readonly mlflowFolder: string;
  recordFile(name: string): string;
  /** Socket that a service keeps for as long as its first process lives. */
  lifelineFile(name: string): string;
  /** Written by a worker that is ready. */
  readyFile(name: string): string;
  logFile(name: string): string;
}

export const homeLayout = (home: string): HomeLayout => {
  const servicesFolder = join(home, 'services');
  return {
    home,
    dataFolder: join(home, 'data'),
    trialsFolder: join(home, 'trials'),
    modelsFolder: join(home, 'models'),
    bundlesFolder: join(home, 'bundles'),
    serving: join(home, 'serving'),
    // A name may hold what a path may not.
    servingFolder: (model) => join(home, 'serving', encodeURIComponent(model).replace(/^\./, '%2E')),
    sourceVariablesFolder: join(home, 'source-variables'),
    viewsFile: join(home, 'views.json'),
    viewsLock: join(home, 'views.lock'),
    servicesFolder,
    desiredFile: join(servicesFolder, 'desired.json'),
    desiredLock: join(servicesFolder, 'desired.lock'),
    supervisorFile: join(servicesFolder, 'supervisor.json'),
    supervisorLock: join(servicesFolder, 'supervisor.lock'),
    temporalFolder: join(home, 'temporal'),
    temporalDatabasesFile: join(servicesFolder, 'temporal-databases.json'),
    mlflowFolder: join(home, 'mlflow'),
    recordFile: (name) => join(servicesFolder, `${name}.json`),
    lifelineFile: (name) => join(servicesFolder, `${name}.sock`),
    readyFile: (name) => join(servicesFolder, `${name}.ready`),
    logFile: (name) => join(home, 'logs', `${name}.log`),
  };
};
