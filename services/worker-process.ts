import { readFile, rm } from 'node:fs/promises';
import type { TaskQueue } from '../contracts/names.ts';
import type { ServiceAddresses } from '../contracts/services.ts';
import { homeLayout } from '../host/home-layout.ts';
import type { ManagedService } from './managed-service.ts';

export interface WorkerSpec {
  readonly queue: TaskQueue;
  /** Activities it runs at once. */
  readonly slots: number;
  readonly env?: Readonly<Record<string, string>>;
}

export interface WorkerProcessOptions {
  readonly name: string;
  readonly spec: WorkerSpec;
  readonly homeFolder: string;
  readonly cacheFolder: string;
  readonly nodeExecutable: string;
  readonly nodeArguments: readonly string[];
  readonly workerScript: string;
  readonly version: string;
  readonly temporal: Omit<ServiceAddresses['temporal'], 'uiUrl'>;
  readonly mlflow: ServiceAddresses['mlflow'];
}

/** Names of the workers of a set: `worker-<queue>-<n>`, counted for each queue from 1. */
export const nameWorkers = (specs: readonly WorkerSpec[]): readonly (readonly [string, WorkerSpec])[] => {
  const counts = new Map<string, number>();
  return specs.map((spec) => {
    const count = (counts.get(spec.queue) ?? 0) + 1;
    counts.set(spec.queue, count);
    return [`worker-${spec.queue}-${count}`, spec] as const;
  });
};

/** One worker process. Healthy from the moment when it has written its pid into its ready file. */
export const createWorkerProcess = (options: WorkerProcessOptions): ManagedService => {
  const { name, spec, temporal, mlflow } = options;
  const readyFile = homeLayout(options.homeFolder).readyFile(name);
  return {
    name,
    kind: 'worker',
    version: options.version,
    portNames: [],
    dependsOn: [...(temporal.isEmbedded ? ['temporal'] : []), ...(mlflow.isEmbedded ? ['mlflow'] : [])],
    startTimeoutMs: 120_000,
    stopGraceMs: 20_000,
    prepare: () => rm(readyFile, { force: true }),
    launch: () => ({
      command: options.nodeExecutable,
      args: [
        ...options.nodeArguments,
        options.workerScript,
        ...['--queue', spec.queue, '--slots', String(spec.slots), '--ready-file', readyFile],
      ],
      env: {
        TT_EXP_HOME: options.homeFolder,
        TT_EXP_CACHE: options.cacheFolder,
        TEMPORAL_ADDRESS: temporal.address,
        TEMPORAL_NAMESPACE: temporal.namespace,
        MLFLOW_TRACKING_URI: mlflow.uri,
        ...spec.env,
      },
      // Credentials for an outside server have no business with the embedded one, and an experiment brings the settings
      // of its database along: those of the shell that started this worker may name another.
      dropEnv: [...(temporal.isEmbedded ? ['TEMPORAL_', 'PG'] : []), ...(mlflow.isEmbedded ? ['MLFLOW_'] : [])],
    }),
    isHealthy: async ({ pid }) => {
      try {
        return (await readFile(readyFile, 'utf8')).trim() === String(pid);
      } catch {
        return false; // not written yet
      }
    },
    address: () => null,
    uiUrl: () => null,
  };
};
