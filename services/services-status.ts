import type { ServiceKind, ServiceStatus, ServicesStatus } from '../contracts/services.ts';
import type { Clock } from '../host/clock.ts';
import type { HomeLayout } from '../host/home-layout.ts';
import { describeProcess, isProcessAlive, whereaboutsOf } from '../host/processes/process-identity.ts';
import type { Variables } from '../host/processes/variables.ts';
import { desiredNames, serviceKindOf } from './build-services.ts';
import { readDesired } from './desired-services.ts';
import { outsideAddresses } from './service-addresses.ts';
import { readRecords, type ServiceRecord } from './service-record.ts';
import { SUPERVISOR } from './supervisor.ts';
import { type LiveSupervisor, readSupervisor } from './supervisor-state.ts';

const ORDER: readonly ServiceKind[] = ['temporal', 'mlflow', 'worker'];

/** What runs in this home, what is meant to, and what went wrong last. Changes nothing. */
export const readStatus = async (layout: HomeLayout, environment: Variables, clock: Clock): Promise<ServicesStatus> => {
  const supervisor = await readSupervisor(layout);
  const records = await readRecords(layout.servicesFolder, layout.recordFile);
  const desired = await readDesired(layout);
  const names = new Set([...(desired === null ? [] : desiredNames(desired)), ...records.map(({ name }) => name)]);
  const own = [...names].map((name) =>
    describeService(name, records.find((record) => record.name === name) ?? null, supervisor, layout, clock.nowMs()),
  );
  return {
    home: layout.home,
    supervisor: {
      ...describeSupervisor(supervisor),
      startedAtMs: supervisor?.sinceMs ?? null,
      logFile: layout.logFile(SUPERVISOR),
    },
    services: [...outsideServices(environment), ...own].sort(
      (a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || (a.name < b.name ? -1 : 1),
    ),
  };
};

const describeSupervisor = (
  supervisor: LiveSupervisor | null,
): Pick<ServicesStatus['supervisor'], 'state' | 'pid' | 'elsewhere'> => {
  if (supervisor === null) {
    return { state: 'stopped', pid: null, elsewhere: null };
  }
  if (whereaboutsOf(supervisor.process) !== 'here') {
    return { state: 'elsewhere', pid: null, elsewhere: describeProcess(supervisor.process) };
  }
  return {
    state: supervisor.state?.isStopping === true ? 'stopping' : 'running',
    pid: supervisor.process.pid,
    elsewhere: null,
  };
};

const describeService = (
  name: string,
  record: ServiceRecord | null,
  supervisor: LiveSupervisor | null,
  layout: HomeLayout,
  nowMs: number,
): ServiceStatus => {
  const report = supervisor?.state?.services[name];
  const identity = record?.process ?? null;
  const isAlive = identity !== null && isProcessAlive(identity);
  const unreported = supervisor === null ? (isAlive ? 'unsupervised' : 'stopped') : isAlive ? 'starting' : 'waiting';
  return {
    name,
    kind: serviceKindOf(name),
    state: report?.state ?? unreported,
    pid: isAlive ? identity.pid : null,
    version: record?.version ?? null,
    address: isAlive ? (record?.address ?? null) : null,
    uiUrl: isAlive ? (record?.uiUrl ?? null) : null,
    uptimeSeconds: isAlive && record !== null ? Math.max(0, Math.round((nowMs - record.startedAtMs) / 1000)) : null,
    restarts: report?.restarts ?? 0,
    logFile: record?.logFile ?? layout.logFile(name),
    lastError: report?.lastError ?? null,
  };
};

const outsideServices = (environment: Variables): readonly ServiceStatus[] => {
  const { temporal, mlflow } = outsideAddresses(environment);
  const describe = (kind: 'temporal' | 'mlflow', address: string | null): readonly ServiceStatus[] =>
    address === null
      ? []
      : [
          {
            name: `${kind} (outside)`,
            kind,
            state: 'outside',
            pid: null,
            version: null,
            address,
            uiUrl: kind === 'mlflow' ? address : null,
            uptimeSeconds: null,
            restarts: 0,
            logFile: null,
            lastError: null,
          },
        ];
  return [...describe('temporal', temporal), ...describe('mlflow', mlflow)];
};
