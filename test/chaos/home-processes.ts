/** Live processes of a home, by what they do. Linux only: reads /proc. */
import { readdir, readFile } from 'node:fs/promises';
import type { Target } from './kill-plan.ts';

interface HomeProcess {
  readonly pid: number;
  /** Name of its service; null: it only has the home in its environment. */
  readonly service: string | null;
  readonly command: string;
}

const describe = async (pid: number, homeFolder: string): Promise<readonly HomeProcess[]> => {
  // A process may end between the listing and the reading; a dead one that nobody has asked for has neither.
  const [environ = '', command = ''] = await Promise.all(
    ['environ', 'cmdline'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
  );
  const variables = environ.split('\0');
  const marker = `TT_EXP_SERVICE=${homeFolder}|`;
  const service = variables.find((variable) => variable.startsWith(marker))?.slice(marker.length) ?? null;
  const isOfHome = service !== null || variables.includes(`TT_EXP_HOME=${homeFolder}`);
  return isOfHome && pid !== process.pid ? [{ pid, service, command: command.replaceAll('\0', ' ') }] : [];
};

/** Everything that runs for this home, command lines included. */
export const homeProcesses = async (homeFolder: string): Promise<readonly HomeProcess[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  return (await Promise.all(pids.map((pid) => describe(pid, homeFolder)))).flat();
};

const COMPUTE_CHILD = 'compute-child';

const isTarget = ({ service, command }: HomeProcess, target: Exclude<Target, 'command line'>): boolean => {
  const isChild = command.includes(COMPUTE_CHILD);
  return target === 'training child'
    ? isChild && service?.startsWith('worker-tt-gpu') === true
    : !isChild && service?.startsWith(target) === true;
};

/** Pids of the target's processes, ascending; a worker's children are no part of it. */
export const pidsOf = async (homeFolder: string, target: Exclude<Target, 'command line'>): Promise<readonly number[]> =>
  (await homeProcesses(homeFolder))
    .filter((candidate) => isTarget(candidate, target))
    .map(({ pid }) => pid)
    .sort((a, b) => a - b);

/** SIGKILL; false where it has died by itself meanwhile. */
export const tryKill = (pid: number): boolean => {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') {
      return false;
    }
    throw error;
  }
};

/** All at once and until none is left, as when the power fails: nobody may start anybody again meanwhile. */
export const killEverything = async (homeFolder: string): Promise<void> => {
  for (let left = await homeProcesses(homeFolder); left.length > 0; left = await homeProcesses(homeFolder)) {
    for (const { pid } of left) {
      tryKill(pid);
    }
  }
};
