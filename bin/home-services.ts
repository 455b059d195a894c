import type { Environment } from '../config/env.ts';
import type { Log } from '../contracts/log.ts';
import { createServices, type Services } from '../services/index.ts';
import { PACKAGE, packageVersion } from './package-files.ts';

/** The embedded services and workers of the environment's home. */
export const createHomeServices = ({ homeFolder, cacheFolder, variables }: Environment, log: Log): Services =>
  createServices({
    homeFolder,
    cacheFolder,
    requirementsFolder: PACKAGE.requirementsFolder,
    environment: variables,
    nodeExecutable: process.execPath,
    nodeArguments: process.execArgv,
    supervisorScript: PACKAGE.supervisorScript,
    workerScript: PACKAGE.workerScript,
    version: packageVersion(),
    log,
  });
