import { rm } from 'node:fs/promises';
import { TtExpError } from '../contracts/errors.ts';
import type { ProgressSink, TakeDownResult } from '../contracts/services.ts';
import type { Clock } from '../host/clock.ts';
import { isFileError } from '../host/files/file-errors.ts';
import type { HomeLayout } from '../host/home-layout.ts';
import { type LockRequest, withLock } from '../host/locks/with-lock.ts';
import { livesNextDoor } from '../host/processes/lifeline.ts';
import { describeProcess, isProcessAlive, type ProcessIdentity } from '../host/processes/process-identity.ts';
import { findMarkedServices, serviceMarker } from '../host/processes/process-members.ts';
import { stopProcess } from '../host/processes/stop-process.ts';
import { readDesired, updateDesired } from './desired-services.ts';
import { readRecords, type ServiceRecord, writeRecord } from './service-record.ts';
import { readStatus } from './services-status.ts';
import { SUPERVISOR } from './supervisor.ts';
import { readOwnSupervisor } from './supervisor-state.ts';

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
 * the list of wanted workers stay for the next start. Writes what it can and needs none of it: a full disk or one that
 * is read-only stops nothing less. Throws HOME_IN_USE where something of this home runs in another container,
 * TIMED_OUT where a process outlives SIGKILL.
 */
export const takeDown = async (request: TakeDownRequest): Promise<TakeDownResult> => {
  const { layout, clock, progress } = request;
  await readOwnSupervisor(layout);
  const before = await readStatus(layout, {}, clock);
  const running = before.services.filter(({ pid }) => pid !== null).map(({ name }) => name);
  await markDown(request);
  const hadSupervisor = await stopSupervisor(request);
  // Under the supervisor's own lock, so that none starts beside us.
  const left = await lockedWherePossible(
    {
      folder: layout.supervisorLock,
      purpose: 'stopping what is left',
      clock,
      onWait: (holder) =>
        progress({
          part: SUPERVISOR,
          step: 'wait',
          message: `${describeProcess(holder.process)} is ${holder.purpose}`,
        }),
    },
    () => stopLeft(request),
    progress,
  );
  return { stopped: [...new Set([...running, ...left, ...(hadSupervisor ? [SUPERVISOR] : [])])] };
};

const isUnwritable = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && !(error instanceof TtExpError);

const tellUnwritable = (progress: ProgressSink, error: Error): void =>
  progress({
    part: SUPERVISOR,
    step: 'stop',
    message: `the home is not writable (${error.message}); stopping anyway`,
  });

/** Tells whoever waits for the services that they are not to come. */
const markDown = async ({ layout, clock, progress }: TakeDownRequest): Promise<void> => {
  try {
    if ((await readDesired(layout)) === null) {
      return;
    }
    await updateDesired(layout, clock, (current) => ({ ...current, isDown: true }));
  } catch (error) {
    if (!isUnwritable(error)) {
      throw error;
    }
    tellUnwritable(progress, error);
  }
};

/** Where the lock cannot be written, no supervisor can take it either. */
const lockedWherePossible = async <T>(
  lock: LockRequest,
  work: () => Promise<T>,
  progress: ProgressSink,
): Promise<T> => {
  let isTaken = false;
  try {
    return await withLock(lock, () => {
      isTaken = true;
      return work();
    });
  } catch (error) {
    if (isTaken || !isUnwritable(error)) {
      throw error;
    }
    tellUnwritable(progress, error);
    return work();
  }
};

const stopSupervisor = async ({ layout, clock, progress }: TakeDownRequest): Promise<boolean> => {
  const supervisor = await readOwnSupervisor(layout);
  if (supervisor !== null) {
    await endSupervisor(supervisor.process, clock, progress);
  }
  // Its absence, which needs no free disk, tells that nobody is to start another one.
  await rm(layout.supervisorFile, { force: true }).catch((error: Error) => tellUnwritable(progress, error));
  return supervisor !== null;
};

const endSupervisor = async (identity: ProcessIdentity, clock: Clock, progress: ProgressSink): Promise<void> => {
  const { pid } = identity;
  progress({ part: SUPERVISOR, step: 'stop', message: `asking process ${pid} to stop workers and servers` });
  send(pid, 'SIGTERM');
  const deadlineMs = clock.nowMs() + SUPERVISOR_WAIT_MS;
  while (isProcessAlive(identity)) {
    if (clock.nowMs() > deadlineMs) {
      progress({ part: SUPERVISOR, step: 'stop', message: `process ${pid} does not answer and is being killed` });
      send(pid, 'SIGKILL');
    }
    if (clock.nowMs() > deadlineMs + GRACE_MS) {
      throw new TtExpError('TIMED_OUT', `supervisor: process ${pid} survived SIGKILL`, {
        hint: 'Wait for the disk that blocks it, then run `tt-exp down` again.',
      });
    }
    await clock.sleep(POLL_MS);
  }
};

const send = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!isFileError(error, 'ESRCH')) {
      throw error; // it ended by itself
    }
  }
};

const stopLeft = async ({ layout, clock, progress }: TakeDownRequest): Promise<readonly string[]> => {
  const records = await readRecords(layout.servicesFolder, layout.recordFile);
  const marked = findMarkedServices(layout.home);
  const names = [...new Set([...records.map(({ name }) => name), ...marked])].filter((name) => name !== SUPERVISOR);
  const isServer = (name: string): boolean => name === 'temporal' || name === 'mlflow';
  const stopped: string[] = [];
  const elsewhere: string[] = [];
  for (const name of [...names.filter((item) => !isServer(item)), ...names.filter(isServer)]) {
    const record = records.find((item) => item.name === name) ?? null;
    const leader = record?.process ?? null;
    const marker = serviceMarker(layout.home, name);
    const count = await stopProcess({ name, leader, marker, graceMs: GRACE_MS, clock });
    if (count > 0) {
      progress({ part: name, step: 'stop', message: 'stopped' });
      stopped.push(name);
    }
    if (record === null || leader === null) {
      continue;
    }
    if (await livesNextDoor(leader, layout.lifelineFile(name))) {
      elsewhere.push(`${name}, ${describeProcess(leader)}`);
    } else {
      await forgetProcess(layout, record);
    }
  }
  if (elsewhere.length > 0) {
    throw new TtExpError('HOME_IN_USE', `services: still running: ${elsewhere.join('; ')}`, {
      hint: 'Run `tt-exp down` in that container, or stop the container.',
    });
  }
  return stopped;
};

const forgetProcess = async (layout: HomeLayout, record: ServiceRecord): Promise<void> => {
  try {
    await writeRecord(layout.recordFile(record.name), { ...record, process: null });
  } catch (error) {
    // The record then names a process that is gone, and whoever reads it looks whether it lives.
    if (!isUnwritable(error)) {
      throw error;
    }
  }
};
