/** One server on its own, without a supervisor: for tests and benchmarks, which stop what they start. */

import { TtExpError } from '../../contracts/errors.ts';
import { systemClock } from '../../host/clock.ts';
import { homeLayout } from '../../host/home-layout.ts';
import { launchProcess } from '../../host/processes/launch-process.ts';
import { tailLog } from '../../host/processes/log-file.ts';
import { choosePorts } from '../../host/processes/ports.ts';
import { isProcessAlive } from '../../host/processes/process-identity.ts';
import { serviceMarker } from '../../host/processes/process-members.ts';
import { stopProcess } from '../../host/processes/stop-process.ts';
import type { Variables } from '../../host/processes/variables.ts';
import type { ManagedService } from '../../services/managed-service.ts';
import { createMlflowServer } from '../../services/mlflow-server.ts';
import type { MlflowPython } from '../../services/provision/mlflow-python.ts';
import type { TemporalBinary } from '../../services/provision/temporal-binary.ts';
import { createTemporalServer } from '../../services/temporal-server.ts';

export interface RunningServer {
  /** host:port of Temporal, base URL of MLflow. */
  readonly address: string;
  readonly uiUrl: string;
  readonly pid: number;
  /** Idempotent. */
  stop(): Promise<void>;
}

interface StandaloneOptions {
  /** Database, artifacts and log; its owner removes it. */
  readonly folder: string;
  readonly environment: Variables;
}

/** Starts Temporal's development server and returns when it answers. Throws SERVICE_START_FAILED. */
export const startTemporal = (
  options: StandaloneOptions & { readonly binary: TemporalBinary; readonly namespace?: string },
): Promise<RunningServer> => {
  const { binary, namespace = 'default', folder } = options;
  return startAlone(
    createTemporalServer({ ...binary, namespace, dataFolder: homeLayout(folder).temporalFolder }),
    options,
  );
};

/** Starts MLflow's tracking server and returns when it answers. Throws SERVICE_START_FAILED. */
export const startMlflow = (options: StandaloneOptions & { readonly mlflow: MlflowPython }): Promise<RunningServer> =>
  startAlone(createMlflowServer({ ...options.mlflow, dataFolder: homeLayout(options.folder).mlflowFolder }), options);

const POLL_MS = 100;

const startAlone = async (
  service: ManagedService,
  { folder, environment }: StandaloneOptions,
): Promise<RunningServer> => {
  const clock = systemClock;
  const { name } = service;
  const marker = serviceMarker(folder, name);
  const logFile = homeLayout(folder).logFile(name);
  const ports = await choosePorts({
    seed: `${folder}/${name}`,
    names: service.portNames,
    recorded: {},
    reserved: new Set(),
  });
  await service.prepare();
  const { identity, logOffsetBytes } = await launchProcess({
    name,
    launch: service.launch(ports),
    marker,
    environment,
    folder,
    logFile,
    nowMs: clock.nowMs(),
  });
  const stop = async (): Promise<void> => {
    await stopProcess({ name, leader: identity, marker, graceMs: service.stopGraceMs, clock });
  };
  const deadlineMs = clock.nowMs() + service.startTimeoutMs;
  const { signal } = new AbortController();
  while (!(await service.isHealthy({ ports, pid: identity.pid, signal }))) {
    if (!isProcessAlive(identity) || clock.nowMs() > deadlineMs) {
      await stop();
      const lines = await tailLog(logFile, 5, logOffsetBytes);
      throw new TtExpError('SERVICE_START_FAILED', `${name}: does not answer (${lines.join(' | ')})`, {
        hint: `Read ${logFile}.`,
      });
    }
    await clock.sleep(POLL_MS);
  }
  const address = service.address(ports);
  const uiUrl = service.uiUrl(ports);
  if (address === null || uiUrl === null) {
    throw new Error(`${name}: a server without an address`);
  }
  return { address, uiUrl, pid: identity.pid, stop };
};
