import { readdir, readFile, readlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServicesStatus } from '../../../contracts/services.ts';
import { createServices, type Services } from '../../../services/index.ts';
import { eventually } from '../../support/eventually.ts';
import { makeFolder, removeFolder } from '../../support/make-folder.ts';

/** Installed programs are shared by all tests, and with the machine's user. */
export const cacheFolder = process.env.TT_EXP_CACHE ?? join(homedir(), '.cache', 'tt-exp');
export const requirementsFolder = fileURLToPath(new URL('../../../services/provision', import.meta.url));

const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

/** The environment without addresses of outside servers. */
export const environment: Readonly<Record<string, string | undefined>> = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(TEMPORAL_|MLFLOW_|TT_EXP_)/.test(name)),
);

export interface TestHome {
  readonly folder: string;
  readonly services: Services;
  readonly log: readonly string[];
  /** Stops all of this home and removes it; call it whatever happened. */
  dispose(): Promise<void>;
}

export const makeHome = async (
  extra: {
    readonly environment?: Readonly<Record<string, string>>;
    readonly supervisorScript?: string;
    /** In which the home is made; the system's folder for temporary files unless given. */
    readonly parent?: string;
  } = {},
): Promise<TestHome> => {
  // Spaces and marks that addresses, shells and patterns treat specially.
  const folder = await makeFolder('tt exp #1? 100% ', extra.parent);
  const log: string[] = [];
  const services = createServices({
    homeFolder: folder,
    cacheFolder,
    requirementsFolder,
    environment: { ...environment, ...extra.environment },
    nodeExecutable: process.execPath,
    nodeArguments: ['--import', import.meta.resolve('tsx')],
    supervisorScript: extra.supervisorScript ?? fixture('supervisor-main.ts'),
    workerScript: fixture('worker-main.mjs'),
    version: 'test',
    log: (level, message) => log.push(`${level} ${message}`),
  });
  const dispose = async (): Promise<void> => {
    await services.takeDown();
    await removeFolder(folder);
  };
  return { folder, services, log, dispose };
};

export const serviceOf = (status: ServicesStatus, name: string): ServicesStatus['services'][number] => {
  const service = status.services.find((item) => item.name === name);
  if (service === undefined) {
    throw new Error(`no ${name} among ${status.services.map((item) => item.name).join(', ')}`);
  }
  return service;
};

/** Until nothing supervises the services any more. */
export const supervisorStopped = (services: TestHome['services']) =>
  eventually(
    'the supervisor is gone',
    async () => (await services.status()).supervisor,
    ({ state }) => state === 'stopped',
  );

/** The service once it is healthy as another process than `oldPid`. */
export const reborn = (home: TestHome, name: string, oldPid: number | null) =>
  eventually(
    `${name} healthy again, not as ${oldPid}`,
    async () => serviceOf(await home.services.status(), name),
    ({ state, pid }) => state === 'healthy' && pid !== null && pid !== oldPid,
  );

/** Pids of all processes whose environment or command line names the folder. Linux only. */
export const processesNaming = async (folder: string): Promise<readonly number[]> =>
  (await describedProcesses(folder)).map(({ pid }) => pid);

/** Pids of supervisors and Temporal servers of the folder; not of the compiler that tsx may start beside them. */
export const mainProcesses = async (folder: string): Promise<readonly number[]> =>
  (await describedProcesses(folder))
    .filter(({ command }) => command.includes('supervisor-main.ts') || command.includes('start-dev'))
    .map(({ pid }) => pid);

const describedProcesses = async (folder: string): Promise<readonly { pid: number; command: string }[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const named = await Promise.all(
    pids.map(async (pid) => {
      const [environ = '', command = ''] = await Promise.all(
        ['environ', 'cmdline'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
      );
      return pid !== process.pid && (environ.includes(folder) || command.includes(folder)) ? [{ pid, command }] : [];
    }),
  );
  return named.flat();
};

export interface ListeningSocket {
  /** 127.0.0.1, or the address as the kernel prints it. */
  readonly host: string;
  readonly port: number;
}

/** The TCP sockets on which the processes listen. Linux only. */
export const listeningSockets = async (pids: readonly number[]): Promise<readonly ListeningSocket[]> => {
  const inodes = new Set<string>();
  for (const pid of pids) {
    for (const fd of await readdir(`/proc/${pid}/fd`)) {
      const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (inode !== undefined) {
        inodes.add(inode);
      }
    }
  }
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8')));
  return tables
    .flatMap((table) => table.split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === '0A' && inodes.has(fields[9] ?? ''))
    .map((fields) => {
      const [host = '', port = ''] = (fields[1] ?? '').split(':');
      return { host: host === '0100007F' ? '127.0.0.1' : host, port: Number.parseInt(port, 16) };
    });
};
