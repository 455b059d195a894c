/** A problem that lasts: said when it begins and when it ends, not every time that it is met. */
import type { Log } from '../../contracts/log.ts';

export interface Alarm {
  /** In words that anybody may read; null while all is well. */
  problem(): string | null;
  /** @param details for the log alone: paths, addresses, what another program said */
  note(problem: string | null, details?: string): void;
}

/** Of temporary files and folders, whose names differ with every try. */
const RANDOM_NAME = /[.~]\d+[-~][0-9a-f]{8}(?:(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?/g;

/** @param ended is logged when the problem has gone; a function is asked then */
export const alarmOf = (log: Log, ended: string | (() => string)): Alarm => {
  let current: string | null = null;
  let logged: string | null = null;
  return {
    problem: () => current,
    note: (next, details) => {
      const line = next === null || details === undefined ? next : `${next}: ${details}`;
      const same = line?.replace(RANDOM_NAME, '') ?? null;
      if (line !== null && same !== logged) {
        log('error', line);
      } else if (next === null && current !== null) {
        log('info', typeof ended === 'string' ? ended : ended());
      }
      current = next;
      logged = same;
    },
  };
};
