import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LOOPBACK } from '../host/processes/ports.ts';
import { answers, type ManagedService, type Ports, portOf } from './managed-service.ts';
import { noteServed, prepareDatabase } from './new-database.ts';

const DATABASE = 'mlflow.db';

export interface MlflowServerOptions {
  /** Interpreter of the environment that holds MLflow. */
  readonly python: string;
  readonly version: string;
  /** Holds the database and the artifacts. */
  readonly dataFolder: string;
}

/** MLflow's tracking server, registry, artifact proxy and web interface: one worker, no jobs, no telemetry. */
export const createMlflowServer = (options: MlflowServerOptions): ManagedService => {
  const database = join(options.dataFolder, DATABASE);
  const uri = (ports: Ports): string => `http://${LOOPBACK}:${portOf(ports, 'http')}`;
  return {
    name: 'mlflow',
    kind: 'mlflow',
    version: options.version,
    portNames: ['http'],
    dependsOn: [],
    startTimeoutMs: 180_000,
    stopGraceMs: 15_000,
    prepare: async () => {
      await prepareDatabase(database);
      await mkdir(join(options.dataFolder, 'artifacts'), { recursive: true });
    },
    launch: (ports) => ({
      command: options.python,
      cwd: options.dataFolder,
      // Not the mlflow script: its first line names the interpreter, and systems cut that line at 127 characters.
      args: [
        ...['-m', 'mlflow', 'server'],
        ...['--host', LOOPBACK, '--port', String(portOf(ports, 'http')), '--workers', '1'],
        // Relative to the working folder: a URL has no way to spell a folder with a question mark in its name.
        ...['--backend-store-uri', `sqlite:///${DATABASE}`],
        ...['--serve-artifacts', '--artifacts-destination', './artifacts'],
        // Our health checks alone would write a line every two seconds.
        ...['--uvicorn-opts', '--no-access-log'],
      ],
      env: {
        MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
        MLFLOW_DISABLE_TELEMETRY: 'true',
        DO_NOT_TRACK: 'true',
        PYTHONNOUSERSITE: '1',
        PYTHONUNBUFFERED: '1',
        PYTHONWARNINGS: 'ignore::DeprecationWarning',
      },
      // Settings for a client of MLflow, or for another server, are not meant for this one.
      dropEnv: [
        'MLFLOW_',
        'PYTHON',
        'VIRTUAL_ENV',
        'FLASK_',
        'UVICORN_',
        'GUNICORN_',
        'WEB_CONCURRENCY',
        'FORWARDED_ALLOW_IPS',
      ],
    }),
    isHealthy: async ({ ports, signal }) =>
      (await answers(`${uri(ports)}/health`, signal, (text) => text.trim() === 'OK')) && noteServed(database),
    address: uri,
    uiUrl: uri,
  };
};
