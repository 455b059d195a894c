import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process that can't be mistaken for a later one with the same pid. Survives JSON. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, as the operating system says it: boot id and clock ticks on Linux, a date elsewhere. */
  readonly startToken: string;
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
  if (state === undefined || groupId === undefined || startTicks === undefined) return null;
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
  return stat === null || isDead(stat.state) ? null : { pid, startToken: `${readBootId()}:${stat.startTicks}` };
};

export const isProcessAlive = (identity: ProcessIdentity): boolean =>
  identifyProcess(identity.pid)?.startToken === identity.startToken;

/** Identity of this very process. */
export const identifySelf = (): ProcessIdentity => {
  const self = identifyProcess(process.pid);
  if (self === null) throw new Error(`process ${process.pid}: cannot read its own start time`);
  return self;
};

export const parseProcessIdentity = (value: unknown): ProcessIdentity | null =>
  typeof value === 'object' &&
  value !== null &&
  'pid' in value &&
  'startToken' in value &&
  typeof value.pid === 'number' &&
  typeof value.startToken === 'string'
    ? { pid: value.pid, startToken: value.startToken }
    : null;
