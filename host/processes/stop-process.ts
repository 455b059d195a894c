import { TtExpError } from '../../contracts/errors.ts';
import type { Clock } from '../clock.ts';
import { isFileError } from '../files/file-errors.ts';
import { isProcessAlive, type ProcessIdentity } from './process-identity.ts';
import { findMembers } from './process-members.ts';

const POLL_MS = 50;
const KILL_WAIT_MS = 10_000;

const send = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!isFileError(error, 'ESRCH')) {
      throw error; // already gone is what we want
    }
  }
};

export interface StopRequest {
  readonly name: string;
  readonly leader: ProcessIdentity | null;
  readonly marker: string;
  /** Time between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  readonly clock: Clock;
}

/**
 * Ends a service with all its processes: SIGTERM to the first, later to what it left behind, SIGKILL to what is still
 * there after the grace time. Idempotent. Returns how many processes there were.
 */
export const stopProcess = async ({ name, leader, marker, graceMs, clock }: StopRequest): Promise<number> => {
  const initial = findMembers(leader, marker);
  if (initial.length === 0) {
    return 0;
  }
  const deadlineMs = clock.nowMs() + graceMs;
  const isLed = leader !== null && isProcessAlive(leader);
  if (isLed) {
    send(leader.pid, 'SIGTERM');
  }
  const isTold = new Set<number>();
  while (clock.nowMs() < deadlineMs) {
    if (!isLed || !isProcessAlive(leader)) {
      const left = findMembers(leader, marker);
      if (left.length === 0) {
        return initial.length;
      }
      for (const pid of left.filter((member) => !isTold.has(member))) {
        isTold.add(pid);
        send(pid, 'SIGTERM');
      }
    }
    await clock.sleep(POLL_MS);
  }
  const killDeadlineMs = clock.nowMs() + KILL_WAIT_MS;
  for (;;) {
    const left = findMembers(leader, marker);
    if (left.length === 0) {
      return initial.length;
    }
    if (clock.nowMs() > killDeadlineMs) {
      throw new TtExpError('TIMED_OUT', `${name}: processes ${left.join(', ')} survived SIGKILL`, {
        hint: 'Wait for the disk or device that blocks them, then run `tt-exp down` again.',
      });
    }
    for (const pid of left) {
      send(pid, 'SIGKILL');
    }
    await clock.sleep(POLL_MS);
  }
};
