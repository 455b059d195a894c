import { readFileSync } from 'node:fs';
import { TtExpError } from '../contracts/errors.ts';

const LEAST_OPEN_FILES = 256;

/**
 * Throws SERVICE_START_FAILED where so few files may be open at once that neither a server runs nor Node.js reliably
 * reads our modules.
 */
export const checkOpenFiles = (): void => {
  let limits: string;
  try {
    limits = readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return; // no Linux: no limit is known
  }
  const most = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  if (most < LEAST_OPEN_FILES) {
    throw new TtExpError(
      'SERVICE_START_FAILED',
      `services: this shell allows ${most} open files per process, expected at least ${LEAST_OPEN_FILES}`,
      { hint: 'Raise the limit, for example with `ulimit -n 4096`, and run the command again.' },
    );
  }
};
