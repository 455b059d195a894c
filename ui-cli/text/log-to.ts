import type { Log } from '../../contracts/log.ts';

/** What the parts behind a command have to say, as its lines on stderr. */
export const logTo =
  (say: (line: string) => void): Log =>
  (level, message) =>
    say(level === 'info' ? message : `${level === 'warn' ? 'warning' : level}: ${message}`);
