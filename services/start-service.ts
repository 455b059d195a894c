import type { Log } from '../contracts/log.ts';
import type { HomeLayout } from '../host/home-layout.ts';
import { launchDigest, launchProcess } from '../host/processes/launch-process.ts';
import { choosePorts } from '../host/processes/ports.ts';
import type { Variables } from '../host/processes/variables.ts';
import type { ManagedService } from './managed-service.ts';
import type { ServiceRecord } from './service-record.ts';

export interface StartRequest {
  readonly definition: ManagedService;
  readonly marker: string;
  readonly layout: HomeLayout;
  readonly environment: Variables;
  readonly log: Log;
  readonly nowMs: number;
  /** Of the start before; its ports are kept where they are free. */
  readonly before: ServiceRecord | null;
  readonly reservedPorts: ReadonlySet<number>;
}

/** Starts a service on free ports. What is left of an earlier start must have been ended. */
export const startService = async (request: StartRequest): Promise<ServiceRecord> => {
  const { definition, marker, layout, environment, log, nowMs, before, reservedPorts } = request;
  const { name } = definition;
  const recorded = before?.ports ?? {};
  const ports = await choosePorts({
    seed: `${layout.home}/${name}`,
    names: definition.portNames,
    recorded,
    reserved: reservedPorts,
  });
  for (const [portName, port] of Object.entries(ports)) {
    const earlier = recorded[portName];
    if (earlier !== undefined && earlier !== port) {
      log('warn', `${name}: port ${earlier} is taken, using ${port} instead`);
    }
  }
  await definition.prepare();
  const launch = definition.launch(ports);
  const logFile = layout.logFile(name);
  const { identity, logOffsetBytes } = await launchProcess({
    name,
    launch,
    marker,
    environment,
    folder: layout.home,
    logFile,
    lifelineFile: layout.lifelineFile(name),
    nowMs,
  });
  log(
    'info',
    `${name}: started as process ${identity.pid}${definition.portNames.length > 0 ? `, ${JSON.stringify(ports)}` : ''}`,
  );
  return {
    format: 1,
    name,
    kind: definition.kind,
    process: identity,
    ports,
    address: definition.address(ports),
    uiUrl: definition.uiUrl(ports),
    version: definition.version,
    launchDigest: launchDigest(launch),
    startedAtMs: nowMs,
    logFile,
    logOffsetBytes,
  };
};
