import { isObject } from '../contracts/is-object.ts';
import { readJsonFile } from '../host/files/json-file.ts';
import type { HomeLayout } from '../host/home-layout.ts';
import { type LockHolder, readLockHolder } from '../host/locks/lock.ts';
import { heldElsewhere } from '../host/locks/with-lock.ts';
import { type ProcessIdentity, parseProcessIdentity, whereaboutsOf } from '../host/processes/process-identity.ts';
import type { ServiceReport } from './service-report.ts';

/** What the supervisor tells about itself; written whenever it changes. */
export interface SupervisorState {
  readonly format: 1;
  readonly process: ProcessIdentity;
  readonly startedAtMs: number;
  readonly version: string;
  readonly isStopping: boolean;
  /** Revision of what is desired that this state answers to. */
  readonly revision: string;
  readonly services: Readonly<Record<string, ServiceReport>>;
}

const STATES: readonly unknown[] = ['waiting', 'starting', 'healthy', 'unhealthy', 'failed'];

const isReport = (value: unknown): value is ServiceReport =>
  isObject(value) &&
  STATES.includes(value.state) &&
  typeof value.restarts === 'number' &&
  [value.lastError, value.remedy].every((item) => item === null || typeof item === 'string');

const isReports = (value: unknown): value is Record<string, ServiceReport> =>
  isObject(value) && Object.values(value).every(isReport);

const parseState = (value: unknown): SupervisorState | null => {
  if (!isObject(value) || value.format !== 1) {
    return null;
  }
  const identity = parseProcessIdentity(value.process);
  const { startedAtMs, version, isStopping, revision, services } = value;
  return identity !== null &&
    typeof startedAtMs === 'number' &&
    typeof version === 'string' &&
    typeof isStopping === 'boolean' &&
    typeof revision === 'string' &&
    isReports(services)
    ? { format: 1, process: identity, startedAtMs, version, isStopping, revision, services }
    : null;
};

export interface LiveSupervisor extends LockHolder {
  /** Null in the moment between taking the lock and the first report. */
  readonly state: SupervisorState | null;
}

/**
 * The supervisor of a home, or null: running, or out of reach. The lock says who it is; a state of an earlier one is left
 * aside.
 */
export const readSupervisor = async (layout: HomeLayout): Promise<LiveSupervisor | null> => {
  const holder = await readLockHolder(layout.supervisorLock);
  if (holder === null) {
    return null;
  }
  const state = parseState(await readJsonFile(layout.supervisorFile));
  const isOwn = state?.process.pid === holder.process.pid && state.process.startToken === holder.process.startToken;
  return { ...holder, state: isOwn ? state : null };
};

/** As readSupervisor. Throws HOME_IN_USE where it runs in another container or on another machine. */
export const readOwnSupervisor = async (layout: HomeLayout): Promise<LiveSupervisor | null> => {
  const supervisor = await readSupervisor(layout);
  if (supervisor !== null && whereaboutsOf(supervisor.process) !== 'here') {
    throw heldElsewhere(supervisor, layout.supervisorLock);
  }
  return supervisor;
};
