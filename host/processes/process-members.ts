import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { isInOtherNamespace, isProcessAlive, type ProcessIdentity, readProcStat } from './process-identity.ts';

/** Variable that marks every process of a service, its descendants included. */
export const SERVICE_MARKER = 'TT_EXP_SERVICE';

/** Value of the marker: one service of one home folder. */
export const serviceMarker = (homeFolder: string, name: string): string => `${homeFolder}|${name}`;

interface ListedProcess {
  readonly pid: number;
  readonly groupId: number;
  /** Value of the marker; null where it has none or the system does not tell. */
  readonly marker: string | null;
}

const readMarker = (pid: number): string | null => {
  try {
    const prefix = `${SERVICE_MARKER}=`;
    const entry = readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .find((line) => line.startsWith(prefix));
    return entry === undefined ? null : entry.slice(prefix.length);
  } catch {
    return null; // another user's process, or already gone
  }
};

const listFromProc = (): readonly ListedProcess[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const pid = Number(name);
      const stat = readProcStat(pid);
      // A container's home may have the very path of ours: what is marked there is not ours.
      return stat === null || stat.state === 'Z' || stat.state === 'X' || isInOtherNamespace(pid)
        ? []
        : [{ pid, groupId: stat.groupId, marker: readMarker(pid) }];
    });

const listFromPs = (): readonly ListedProcess[] =>
  execFileSync('ps', ['-axo', 'pid=,pgid=,state='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [pid, groupId, state] = line.trim().split(/\s+/);
      return pid === undefined || groupId === undefined || state === undefined || state.startsWith('Z')
        ? []
        : [{ pid: Number(pid), groupId: Number(groupId), marker: null }];
    });

const listProcesses = (): readonly ListedProcess[] => (process.platform === 'linux' ? listFromProc() : listFromPs());

/**
 * Pids of every live process of a service, also when its first process was killed or was never recorded.
 * By marker, and by process group where a process hides its environment: on Linux only while the group's leader lives,
 * since numbers come back; elsewhere, where no environment can be read, for as long as the leader's pid has not gone to
 * somebody else (the system gives no new process the number of a group that still has members).
 */
export const findMembers = (leader: ProcessIdentity | null, marker: string): readonly number[] => {
  const processes = listProcesses();
  const isLeaderAlive = leader !== null && isProcessAlive(leader);
  const isGroupTrusted =
    isLeaderAlive || (process.platform !== 'linux' && !processes.some((entry) => entry.pid === leader?.pid));
  const isMember = (entry: ListedProcess): boolean =>
    entry.marker === marker ||
    (isGroupTrusted && entry.marker === null && entry.groupId === leader?.pid) ||
    (isLeaderAlive && entry.pid === leader.pid);
  return processes.filter((entry) => entry.pid !== process.pid && isMember(entry)).map((entry) => entry.pid);
};

/** Names of services of this home that have live processes, recorded or not. Empty where environments are hidden. */
export const findMarkedServices = (homeFolder: string): readonly string[] => {
  const prefix = serviceMarker(homeFolder, '');
  const names = listProcesses().flatMap((entry) =>
    entry.pid !== process.pid && entry.marker?.startsWith(prefix) === true ? [entry.marker.slice(prefix.length)] : [],
  );
  return [...new Set(names)];
};
