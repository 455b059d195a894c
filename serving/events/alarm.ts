/** A problem that lasts: said when it begins and when it ends, not every time that it is met. */
import type { Log } from '../../contracts/log.ts';

export interface Alarm {
  /** In words that anybody may read; null while all is well. */
  problem(): string | null;
  /** @param details for the log alone: paths, addresses, what another program said */
  note(problem: string | null, details?: string): void;
}

/** @param ended is logged when the problem has gone */
export const alarmOf = (log: Log, ended: string): Alarm => {
  let current: string | null = null;
  let logged: string | null = null;
  return {
    problem: () => current,
    note: (next, details) => {
      const line = details === undefined ? next : `${next}: ${details}`;
      if (next !== null && line !== logged) {
        log('error', line ?? next);
      } else if (next === null && current !== null) {
        log('info', ended);
      }
      current = next;
      logged = line;
    },
  };
};
