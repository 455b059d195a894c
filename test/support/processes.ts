/** Processes that belong to a home, found by what the operating system knows of them. Linux only. */
import { readdir, readFile } from 'node:fs/promises';

const readOr = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');

/**
 * Pids of live processes whose environment names this home. With a service's name only those whose command line or
 * TT_EXP_SERVICE variable names it.
 */
export const processesOf = async (homeFolder: string, service: string): Promise<readonly number[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const owned = await Promise.all(
    pids.map(async (pid) => {
      const [environment, command] = await Promise.all([
        readOr(`/proc/${pid}/environ`),
        readOr(`/proc/${pid}/cmdline`),
      ]);
      const isOfHome = environment.includes(homeFolder) || command.includes(homeFolder);
      return isOfHome && pid !== process.pid && `${command}\0${environment}`.includes(service) ? [pid] : [];
    }),
  );
  return owned.flat();
};
