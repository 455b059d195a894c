import { TtExpError } from '../contracts/errors.ts';
import type { Clock } from './clock.ts';
import { readDesired, updateDesired } from './desired-services.ts';
import type { HomeLayout } from './home-layout.ts';
import { isFileError } from './process/json-file.ts';
import { isProcessAlive } from './process/process-identity.ts';
import { findMarkedServices, serviceMarker } from './process/process-members.ts';
import { readRecords, writeRecord } from './process/service-record.ts';
import { stopProcess } from './process/stop-process.ts';
import { withLock } from './process/with-lock.ts';
import type { ProgressSink } from './progress.ts';
import { readStatus } from './services-status.ts';
import { SUPERVISOR } from './supervisor.ts';
import { readSupervisor } from './supervisor-state.ts';

export interface TakeDownResult {
  /** Names of what ran and was stopped; the supervisor is among them. */
  readonly stopped: readonly string[];
}

export interface TakeDownRequest {
  readonly layout: HomeLayout;
  readonly clock: Clock;
  readonly progress: ProgressSink;
}

const SUPERVISOR_WAIT_MS = 60_000;
const GRACE_MS = 15_000;
const POLL_MS = 100;

/**
 * Stops the supervisor and with it all it keeps, then whatever a killed supervisor left. Idempotent; data, ports and
 * the list of wanted workers stay for the next start.
 */
export const takeDown = async ({ layout, clock, progress }: TakeDownRequest): Promise<TakeDownResult> => {
  const before = await readStatus(layout, {}, clock);
  const running = before.services.filter(({ pid }) => pid !== null).map(({ name }) => name);
  // Also tells whoever waits for the services that they are not to come.
  if ((await readDesired(layout)) !== null) {
    await updateDesired(layout, clock, (current) => ({ ...current, isDown: true }));
  }
  const hadSupervisor = await stopSupervisor({ layout, clock, progress });
  const left = new Set<string>();
  // Under the supervisor's own lock, so that none starts beside us.
  await withLock(
    {
      folder: layout.supervisorLock,
      purpose: 'stopping what is left',
      clock,
      onWait: (holder) =>
        progress({ part: SUPERVISOR, step: 'wait', message: `process ${holder.process.pid} is ${holder.purpose}` }),
    },
    async () => {
      for (const name of await stopLeft({ layout, clock, progress })) left.add(name);
    },
  );
  return { stopped: [...new Set([...running, ...left, ...(hadSupervisor ? [SUPERVISOR] : [])])] };
};

const stopSupervisor = async ({ layout, clock, progress }: TakeDownRequest): Promise<boolean> => {
  const supervisor = await readSupervisor(layout);
  if (supervisor === null) return false;
  const { pid } = supervisor.process;
  progress({ part: SUPERVISOR, step: 'stop', message: `asking process ${pid} to stop workers and servers` });
  send(pid, 'SIGTERM');
  const deadlineMs = clock.nowMs() + SUPERVISOR_WAIT_MS;
  while (isProcessAlive(supervisor.process)) {
    if (clock.nowMs() > deadlineMs) {
      progress({ part: SUPERVISOR, step: 'stop', message: `process ${pid} does not answer, is killed` });
      send(pid, 'SIGKILL');
    }
    if (clock.nowMs() > deadlineMs + GRACE_MS) {
      throw new TtExpError('TIMED_OUT', `supervisor: process ${pid} outlives SIGKILL, expected it to end`, {
        hint: 'Wait for the disk that it hangs on, then run `tt-exp down` again.',
      });
    }
    await clock.sleep(POLL_MS);
  }
  return true;
};

const send = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!isFileError(error, 'ESRCH')) throw error; // it ended by itself
  }
};

const stopLeft = async ({ layout, clock, progress }: TakeDownRequest): Promise<readonly string[]> => {
  const records = await readRecords(layout.servicesFolder, layout.recordFile);
  const marked = findMarkedServices(layout.home);
  const names = [...new Set([...records.map(({ name }) => name), ...marked])].filter((name) => name !== SUPERVISOR);
  const isServer = (name: string): boolean => name === 'temporal' || name === 'mlflow';
  const stopped: string[] = [];
  for (const name of [...names.filter((item) => !isServer(item)), ...names.filter(isServer)]) {
    const record = records.find((item) => item.name === name) ?? null;
    const count = await stopProcess({
      name,
      leader: record?.process ?? null,
      marker: serviceMarker(layout.home, name),
      graceMs: GRACE_MS,
      clock,
    });
    if (count > 0) {
      progress({ part: name, step: 'stop', message: 'stopped' });
      stopped.push(name);
    }
    if (record?.process != null) await writeRecord(layout.recordFile(name), { ...record, process: null });
  }
  return stopped;
};
