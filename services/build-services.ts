import type { ServiceKind } from '../contracts/services.ts';
import type { HomeLayout } from '../host/home-layout.ts';
import type { DesiredServices } from './desired-services.ts';
import type { ManagedService } from './managed-service.ts';
import { createMlflowServer } from './mlflow-server.ts';
import { createTemporalServer } from './temporal-server.ts';
import { createWorkerProcess, nameWorkers } from './worker-process.ts';

export interface EmbeddedAddresses {
  /** Null until the embedded server has one. */
  readonly temporal: string | null;
  readonly mlflow: string | null;
}

/** The services that are desired, servers first. Workers whose servers have no address yet are left out. */
export const buildServices = (
  desired: DesiredServices,
  layout: HomeLayout,
  cacheFolder: string,
  embedded: EmbeddedAddresses,
): readonly ManagedService[] => {
  const { temporal, mlflow, workers } = desired;
  const servers = [
    ...(temporal === null ? [] : [createTemporalServer({ ...temporal, dataFolder: layout.temporalFolder })]),
    ...(mlflow === null ? [] : [createMlflowServer({ ...mlflow, dataFolder: layout.mlflowFolder })]),
  ];
  if (workers === null) {
    return servers;
  }
  const address = workers.temporalAddress ?? embedded.temporal;
  const uri = workers.mlflowUri ?? embedded.mlflow;
  if (address === null || uri === null) {
    return servers;
  }
  const processes = nameWorkers(workers.specs).map(([name, spec]) =>
    createWorkerProcess({
      name,
      spec,
      homeFolder: layout.home,
      cacheFolder,
      nodeExecutable: workers.nodeExecutable,
      nodeArguments: workers.nodeArguments,
      workerScript: workers.workerScript,
      version: workers.version,
      temporal: { address, namespace: workers.namespace, isEmbedded: workers.temporalAddress === null },
      mlflow: { uri, isEmbedded: workers.mlflowUri === null },
    }),
  );
  return [...servers, ...processes];
};

/** Names of all services that are desired, also of those that can't be built yet. */
export const desiredNames = ({ temporal, mlflow, workers }: DesiredServices): readonly string[] => [
  ...(temporal === null ? [] : ['temporal']),
  ...(mlflow === null ? [] : ['mlflow']),
  ...nameWorkers(workers?.specs ?? []).map(([name]) => name),
];

/** Kind of a service by its name, which is all there is before it first started. */
export const serviceKindOf = (name: string): ServiceKind =>
  name === 'temporal' || name === 'mlflow' ? name : 'worker';
