/** A problem that lasts: said when it begins and when it ends, not every time that it is met. */
import type { Log } from '../../contracts/log.ts';

export interface Alarm {
  /** null while all is well. */
  problem(): string | null;
  note(problem: string | null): void;
}

/** @param ended is logged when the problem has gone */
export const alarmOf = (log: Log, ended: string): Alarm => {
  let current: string | null = null;
  return {
    problem: () => current,
    note: (next) => {
      if (next !== null && next !== current) {
        log('error', next);
      } else if (next === null && current !== null) {
        log('info', ended);
      }
      current = next;
    },
  };
};
