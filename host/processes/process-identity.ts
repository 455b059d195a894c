import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Where a process id counts: a number means another process in another container, boot or machine. */
export interface ProcessPlace {
  /** Name of the machine or container, for people. */
  readonly host: string;
  /** Digest of the machine's id and name: the same after a reboot. */
  readonly machine: string;
  readonly boot: string;
  readonly pidNamespace: string;
}

/** A process that can't be mistaken for a later one with the same pid. Survives JSON. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, as the operating system says it: boot id and clock ticks on Linux, a date elsewhere. */
  readonly startToken: string;
  /** Absent where the system has neither namespaces nor a boot id: then it is taken to be here. */
  readonly place?: ProcessPlace;
}

/** What /proc/<pid>/stat says that we need. */
export interface ProcessStat {
  readonly state: string;
  readonly groupId: number;
  readonly startTicks: string;
}

/** The command name in the second field may hold spaces and brackets, so fields are counted after the last bracket. */
export const parseProcStat = (text: string): ProcessStat | null => {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, , groupId] = fields;
  const startTicks = fields[19];
  if (state === undefined || groupId === undefined || startTicks === undefined) {
    return null;
  }
  return { state, groupId: Number(groupId), startTicks };
};

export const readProcStat = (pid: number): ProcessStat | null => {
  try {
    return parseProcStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return null; // gone between listing and reading: the answer is "no such process"
  }
};

const isDead = (state: string): boolean => state.startsWith('Z') || state.startsWith('X');

let bootId: string | undefined;
const readBootId = (): string => {
  // Start ticks count from boot, so two boots may repeat them.
  bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().slice(0, 8);
  return bootId;
};

const readOr = (fallback: string, read: () => string): string => {
  try {
    return read();
  } catch {
    return fallback; // a system without it: all its processes are of one place
  }
};

let ownPlace: ProcessPlace | undefined;
const readOwnPlace = (): ProcessPlace => {
  ownPlace ??= {
    host: hostname(),
    machine: createHash('sha256')
      .update(`${readOr('', () => readFileSync('/etc/machine-id', 'utf8').trim())}|${hostname()}`)
      .digest('hex')
      .slice(0, 12),
    boot: readBootId(),
    pidNamespace: readOr('', () => readlinkSync('/proc/self/ns/pid')),
  };
  return ownPlace;
};

/** Whether the process belongs to a pid namespace in which our numbers mean something else. */
export const isInOtherNamespace = (pid: number): boolean => {
  const own = readOwnPlace().pidNamespace;
  return readOr(own, () => readlinkSync(`/proc/${pid}/ns/pid`)) !== own;
};

/**
 * `here`: its number means it. `ended`: this machine was started anew since. `neighbour`: in another container of this
 * machine. `far`: on another machine, as far as one can tell.
 */
export type Whereabouts = 'here' | 'ended' | 'neighbour' | 'far';

export const whereaboutsOf = ({ place }: ProcessIdentity): Whereabouts => {
  if (place === undefined || process.platform !== 'linux') {
    return 'here';
  }
  const own = readOwnPlace();
  if (place.boot === own.boot) {
    return place.pidNamespace === own.pidNamespace ? 'here' : 'neighbour';
  }
  return place.machine === own.machine ? 'ended' : 'far';
};

const psStartToken = (pid: number): string | null => {
  try {
    const line = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    const [state, ...started] = line.split(/\s+/);
    return state === undefined || started.length === 0 || isDead(state) ? null : started.join(' ');
  } catch {
    return null; // ps exits 1 when there is no such process
  }
};

/** Identity of a running process; null when there is none with this pid, or only its unreaped remains. */
export const identifyProcess = (pid: number): ProcessIdentity | null => {
  if (process.platform !== 'linux') {
    const startToken = psStartToken(pid);
    return startToken === null ? null : { pid, startToken };
  }
  const stat = readProcStat(pid);
  return stat === null || isDead(stat.state)
    ? null
    : { pid, startToken: `${readBootId()}:${stat.startTicks}`, place: readOwnPlace() };
};

/** Whether it is here and alive: one that may be asked and signalled by its number. */
export const isProcessAlive = (identity: ProcessIdentity): boolean =>
  whereaboutsOf(identity) === 'here' && identifyProcess(identity.pid)?.startToken === identity.startToken;

/** As in "process 7" or "process 7 in another container or on another machine (db1)". */
export const describeProcess = (identity: ProcessIdentity): string => {
  const where = whereaboutsOf(identity);
  const place = where === 'neighbour' ? 'in another container' : 'on another machine';
  return where === 'here' ? `process ${identity.pid}` : `process ${identity.pid} ${place} (${identity.place?.host})`;
};

/** Identity of this very process. */
export const identifySelf = (): ProcessIdentity => {
  const self = identifyProcess(process.pid);
  if (self === null) {
    throw new Error(`process ${process.pid}: cannot read its own start time`);
  }
  return self;
};

const parsePlace = (value: unknown): ProcessPlace | null => {
  if (typeof value !== 'object' || value === null) {
    return null;
  }
  const { host, machine, boot, pidNamespace } = value as Record<string, unknown>;
  return typeof host === 'string' &&
    typeof machine === 'string' &&
    typeof boot === 'string' &&
    typeof pidNamespace === 'string'
    ? { host, machine, boot, pidNamespace }
    : null;
};

export const parseProcessIdentity = (value: unknown): ProcessIdentity | null => {
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('startToken' in value)) {
    return null;
  }
  const { pid, startToken } = value;
  if (typeof pid !== 'number' || typeof startToken !== 'string') {
    return null;
  }
  const place = 'place' in value ? parsePlace(value.place) : null;
  return { pid, startToken, ...(place === null ? {} : { place }) };
};
