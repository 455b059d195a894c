/**
 * Interactions that come in while a bundle serves: on the disk before they are acknowledged, in every server's lists at
 * once. Several servers of one home append to one file, and each reads what the others have added. A record counts once
 * it has been read back from the file, so what a process holds and what a restart would find are the same.
 */

import { TtExpError } from '../../contracts/errors.ts';
import type { Log } from '../../contracts/log.ts';
import type { Overlay } from '../../contracts/recommendation.ts';
import type { Clock } from '../../host/clock.ts';
import { tryLock } from '../../host/locks/lock.ts';
import { withLock } from '../../host/locks/with-lock.ts';
import { type Admitted, admitEvents, conflictIn } from './admit-events.ts';
import { alarmOf } from './alarm.ts';
import { createEventState, type EventState } from './event-state.ts';
import { type LogFile, openLogFile } from './log-file.ts';
import type { LogRecord, OnlineEvent } from './log-record.ts';
import { erasedElsewhere, refused } from './refused-events.ts';
import { leftoversOf, mergeLeftovers, rewriteLog } from './rewrite-log.ts';

/** Others' events are in the lists well within a second. */
const LOOK_EVERY_MS = 250;

/** Each attempt writes the whole log. */
const FINISH_EVERY_MS = 30_000;

/** Events that wait for the disk. More are refused: a disk that hangs must not fill the memory. */
const MOST_WAITING = 20_000;

export interface RecordedEvents {
  readonly accepted: number;
  /** Events that were there already. They are acknowledged too. */
  readonly duplicates: number;
}

export interface EventLogStatus {
  /** Why events are refused or not seen at the moment; null while all is well. */
  readonly problem: string | null;
  readonly events: number;
  /** Lines that a kill or a full disk has cut, none of them acknowledged. */
  readonly damagedLines: number;
}

export interface EventLog {
  readonly overlay: Overlay;
  /**
   * Returns once the events are on the disk and in the overlay. Throws DISK_FULL, UPSTREAM_REJECTED where the file system
   * refuses otherwise, TIMED_OUT where too many wait, USAGE for an id that an event of other content has: none of these events is acknowledged then, and each may be sent again.
   */
  record(events: readonly OnlineEvent[]): Promise<RecordedEvents>;
  /** Returns how many events of the user were removed, from the lists and from the disk. Throws as `record` does. */
  erase(userId: string): Promise<number>;
  status(): EventLogStatus;
  /** Of what the overlay says of a user: another one after every change, 0 without events. */
  revisionOf(userId: string): number;
  /** After what was begun. */
  close(): Promise<void>;
}

interface Waiting {
  readonly events: readonly OnlineEvent[];
  resolve(recorded: RecordedEvents): void;
  reject(error: unknown): void;
}

export interface EventLogOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Never throws for what the disk does: where the file cannot be opened, it is tried again with every request. */
export const openEventLog = async ({ path, clock, log }: EventLogOptions): Promise<EventLog> => {
  const lockFolder = `${path}.lock`;
  let file: LogFile | null = null;
  let state: EventState = createEventState();
  let finishFromMs = Number.NEGATIVE_INFINITY;
  const reading = alarmOf(log, `${path}: events are read again`);
  const writing = alarmOf(log, `${path}: events are written again`);
  let waiting: Waiting[] = [];
  let waitingEvents = 0;
  /** Events of a write that failed, which are in the file all the same: the disk may not have them. */
  const unconfirmed = new Set<string>();
  let turn: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  /** One thing at a time happens to the file. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };

  const forget = async (): Promise<void> => {
    const old = file;
    file = null;
    await old?.close();
  };

  const reopen = async (): Promise<LogFile> => {
    await forget();
    const opened = await openLogFile(path);
    const read = createEventState();
    try {
      await opened.readAdded(read.apply);
    } catch (error) {
      await opened.close();
      throw error;
    }
    file = opened;
    state = read;
    return opened;
  };

  const refresh = async (): Promise<LogFile> => {
    if (file !== null && (await file.isCut())) {
      log('warn', `${path}: was cut in place by another program; the events that were cut away are lost`);
      await reopen();
    }
    const current = file !== null && (await file.isCurrent()) ? file : await reopen();
    await current.readAdded(state.apply);
    return current;
  };

  /** Under the lock: nobody else gives the name to another file. */
  const rewrite = async (): Promise<void> => {
    await mergeLeftovers(path);
    await rewriteLog(path, await refresh(), state);
    await reopen();
  };

  /** What a kill or a full disk has left undone. Whoever holds the lock is doing it. */
  const finishErasing = async (): Promise<void> => {
    if (clock.nowMs() < finishFromMs || (!state.hasErasures && (await leftoversOf(path)).length === 0)) {
      return;
    }
    finishFromMs = clock.nowMs() + FINISH_EVERY_MS;
    const attempt = await tryLock(lockFolder, 'erasing events', clock.nowMs());
    if (attempt.kind === 'held') {
      try {
        await rewrite();
      } finally {
        await attempt.lock.release();
      }
    }
  };

  const append = async (records: () => readonly LogRecord[]): Promise<void> => {
    for (;;) {
      const current = await refresh();
      await current.append(records());
      // Otherwise the file was rewritten meanwhile, and may have left behind what we added to the old one.
      if ((await current.isCurrent()) && !(await current.isCut())) {
        await current.readAdded(state.apply);
        return;
      }
    }
  };

  const commit = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    waitingEvents = 0;
    let admitted: Admitted<Waiting> = { events: new Map(), conflicts: new Map() };
    const isNew = new Set<string>();
    try {
      await append(() => {
        admitted = admitEvents(batch, state.find);
        const events = [...admitted.events.values()];
        const missing = events.filter(({ event_id }) => !state.has(event_id));
        for (const { event_id } of missing) {
          isNew.add(event_id);
        }
        const again = events.filter(({ event_id }) => unconfirmed.has(event_id));
        return [...new Set([...missing, ...again])].map((event) => ({ kind: 'event', event }));
      });
    } catch (cause) {
      // What of the batch is in the file all the same will be seen there; why that fails is noted here already.
      await file?.readAdded(state.apply).catch(() => undefined);
      for (const id of admitted.events.keys()) {
        if (state.has(id)) {
          unconfirmed.add(id);
        }
      }
      const error = refused(cause);
      writing.note(error.message, `${path}: ${String(cause)}`);
      for (const one of batch) {
        one.reject(error);
      }
      return;
    }
    for (const id of admitted.events.keys()) {
      unconfirmed.delete(id);
    }
    writing.note(null);
    for (const one of batch) {
      // Another server may have given an id to another event meanwhile: the first line of the file counts.
      const conflict = admitted.conflicts.get(one) ?? conflictIn(one.events, state.find);
      if (conflict !== null) {
        one.reject(conflict);
        continue;
      }
      const accepted = one.events.filter(({ event_id }) => isNew.delete(event_id)).length;
      one.resolve({ accepted, duplicates: one.events.length - accepted });
    }
  };

  const look = async (): Promise<void> => {
    try {
      await refresh();
      await finishErasing();
      reading.note(null);
    } catch (cause) {
      reading.note(refused(cause).message, `${path}: ${String(cause)}`);
    }
  };

  const stop = new AbortController();
  const watch = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, stop.signal);
      await inTurn(look);
    }
  };
  await inTurn(look);
  const watching = watch();

  return {
    overlay: {
      events: (userId) => state.events(userId),
      seen: (userId) => state.seen(userId),
      interactions: (userId) => state.interactions(userId),
      metBy: (itemId) => state.metBy(itemId),
    },
    record: (events) =>
      new Promise((resolve, reject) => {
        if (isClosed || waitingEvents + events.length > MOST_WAITING) {
          reject(
            new TtExpError(
              'TIMED_OUT',
              `events: ${isClosed ? 'the server ends' : `${waitingEvents} of them wait for the disk`}`,
              {
                hint: 'Send the events again in a moment, under the same ids.',
              },
            ),
          );
          return;
        }
        waitingEvents += events.length;
        if (waiting.push({ events, resolve, reject }) === 1) {
          void inTurn(commit);
        }
      }),
    erase: (userId) =>
      inTurn(async () => {
        try {
          return await withLock({ folder: lockFolder, purpose: 'erasing events', clock }, async () => {
            await refresh();
            const erased = state.interactions(userId);
            if (erased > 0) {
              await append(() => [{ kind: 'erase', userId }]);
            }
            // Also where an earlier attempt has come no further than the line.
            if (state.hasErasures) {
              await rewrite();
            }
            return erased;
          });
        } catch (cause) {
          log('error', `${path}: events cannot be erased: ${String(cause)}`);
          throw cause instanceof TtExpError ? erasedElsewhere(cause) : refused(cause);
        }
      }),
    revisionOf: (userId) => state.revisionOf(userId),
    status: () => ({
      problem: writing.problem() ?? reading.problem(),
      events: state.size,
      damagedLines: file?.damagedLines() ?? 0,
    }),
    close: async () => {
      isClosed = true;
      stop.abort();
      await watching;
      await inTurn(forget);
    },
  };
};
