/**
 * Interactions that come in while a bundle serves: on the disk before they are acknowledged, in every server's lists at
 * once.
 */
import { TtExpError } from '../../contracts/errors.ts';
import type { Log } from '../../contracts/log.ts';
import type { Overlay } from '../../contracts/recommendation.ts';
import type { Clock } from '../../host/clock.ts';
import { type Admitted, admitEvents, conflictIn, keptIn, partlyKept, type RecordedEvents } from './admit-events.ts';
import { createEventState, type EventState } from './event-state.ts';
import { EVENT_LINES, type LogRecord, type OnlineEvent } from './log-record.ts';
import { openRecordLog } from './record-log.ts';
import type { LogKind } from './rewrite-log.ts';

const EVENTS: LogKind<LogRecord, EventState> = { what: 'events', lines: EVENT_LINES, createState: createEventState };

/** Events that wait for the disk. More are refused: a disk that hangs must not fill the memory. */
const MOST_WAITING = 20_000;

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
   * refuses otherwise, TIMED_OUT where too many wait, USAGE for an id that an event of other content has: none of these events
   * is acknowledged then, and each may be sent again. Where another server has given the id away at the same moment, the others are kept (`keptOf`).
   * The same event taken by two servers at the same moment may be accepted by both: it is one all the same.
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
export const openEventLog = async (options: EventLogOptions): Promise<EventLog> => {
  const records = await openRecordLog({ ...options, kind: EVENTS });
  const { state } = records;
  let waiting: Waiting[] = [];
  let waitingEvents = 0;
  /** Events of a write that failed, which are in the file all the same: the disk may not have them. */
  const unconfirmed = new Set<string>();
  let isClosed = false;

  const commit = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    waitingEvents = 0;
    let admitted: Admitted<Waiting> = { events: new Map(), conflicts: new Map() };
    const isNew = new Set<string>();
    try {
      await records.append(({ find, has }) => {
        admitted = admitEvents(batch, find);
        const events = [...admitted.events.values()];
        const missing = events.filter(({ event_id }) => !has(event_id));
        for (const { event_id } of missing) {
          isNew.add(event_id);
        }
        const again = events.filter(({ event_id }) => unconfirmed.has(event_id));
        return [...new Set([...missing, ...again])].map((event) => ({ kind: 'event', event }));
      });
    } catch (error) {
      for (const id of admitted.events.keys()) {
        if (state().has(id)) {
          unconfirmed.add(id);
        }
      }
      for (const one of batch) {
        one.reject(error);
      }
      return;
    }
    for (const id of admitted.events.keys()) {
      unconfirmed.delete(id);
    }
    for (const one of batch) {
      const refused = admitted.conflicts.get(one);
      if (refused !== undefined) {
        one.reject(refused);
        continue;
      }
      const kept = keptIn(one.events, state().find);
      const accepted = kept.filter(({ event_id }) => isNew.delete(event_id)).length;
      const recorded = { accepted, duplicates: kept.length - accepted };
      // Another server may have given an id to another event meanwhile: the first line of the file counts.
      const conflict = conflictIn(one.events, state().find);
      if (conflict === null) {
        one.resolve(recorded);
      } else {
        one.reject(partlyKept(conflict, recorded));
      }
    }
  };

  return {
    overlay: {
      events: (userId) => state().events(userId),
      seen: (userId) => state().seen(userId),
      interactions: (userId) => state().interactions(userId),
      metBy: (itemId) => state().metBy(itemId),
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
          void records.inTurn(commit);
        }
      }),
    erase: async (userId) => {
      let erased = 0;
      await records.erase(({ interactions }) => {
        erased = interactions(userId);
        return erased > 0 ? [{ kind: 'erase', userId }] : [];
      });
      return erased;
    },
    revisionOf: (userId) => state().revisionOf(userId),
    status: () => ({ problem: records.problem(), events: state().size, damagedLines: records.damagedLines() }),
    close: () => {
      isClosed = true;
      return records.close();
    },
  };
};
