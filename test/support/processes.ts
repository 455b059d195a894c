/** Processes of a home, found by the variable that marks them. Linux only: reads /proc. */
import { readdir, readFile } from 'node:fs/promises';

/** Pids of live processes of services whose name begins so; '' for all of the home. */
export const processesOf = async (homeFolder: string, service: string): Promise<readonly number[]> => {
  const marker = `TT_EXP_SERVICE=${homeFolder}|${service}`;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const owned = await Promise.all(
    pids.map(async (pid) => {
      // A process may end between the listing and the reading.
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      return environment.split('\0').some((variable) => variable.startsWith(marker)) ? [pid] : [];
    }),
  );
  return owned.flat();
};
