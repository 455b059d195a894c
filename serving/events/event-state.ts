/** What the lines of the log add up to. */
import type { Overlay } from '../../contracts/recommendation.ts';
import type { LogRecord, OnlineEvent } from './log-record.ts';
import type { LogState } from './rewrite-log.ts';

/** An event whose id is known changes nothing. */
export interface EventState extends Overlay, LogState<LogRecord> {
  has(eventId: string): boolean;
  find(eventId: string): OnlineEvent | undefined;
  /** Changes with every event of the user; 0 without any. Never the same for different events, in any state. */
  revisionOf(userId: string): number;
  readonly size: number;
}

/** Over all states: a file that is read again gives other revisions. */
let lastRevision = 0;

export const createEventState = (): EventState => {
  const byId = new Map<string, OnlineEvent>();
  const byUser = new Map<string, { readonly events: OnlineEvent[]; revision: number }>();
  const usersOf = new Map<string, Set<string>>();
  let hasErasures = false;
  const eventsOf = (userId: string): readonly OnlineEvent[] => byUser.get(userId)?.events ?? [];
  const add = (event: OnlineEvent): void => {
    if (byId.has(event.event_id)) {
      return;
    }
    byId.set(event.event_id, event);
    lastRevision += 1;
    const user = byUser.get(event.user_id);
    if (user === undefined) {
      byUser.set(event.user_id, { events: [event], revision: lastRevision });
    } else {
      user.events.push(event);
      user.revision = lastRevision;
    }
    const users = usersOf.get(event.item_id);
    if (users === undefined) {
      usersOf.set(event.item_id, new Set([event.user_id]));
    } else {
      users.add(event.user_id);
    }
  };
  const erase = (userId: string): void => {
    for (const { event_id, item_id } of eventsOf(userId)) {
      byId.delete(event_id);
      usersOf.get(item_id)?.delete(userId);
    }
    byUser.delete(userId);
    hasErasures = true;
  };
  return {
    apply: (record) => (record.kind === 'event' ? add(record.event) : erase(record.userId)),
    has: (eventId) => byId.has(eventId),
    find: (eventId) => byId.get(eventId),
    revisionOf: (userId) => byUser.get(userId)?.revision ?? 0,
    records: function* () {
      for (const event of byId.values()) {
        yield { kind: 'event', event };
      }
    },
    lacks: (record) => record.kind === 'event' && !byId.has(record.event.event_id),
    knows: (record) => record.kind === 'event' && byUser.has(record.event.user_id),
    events: eventsOf,
    get size() {
      return byId.size;
    },
    get hasErasures() {
      return hasErasures;
    },
    seen: (userId) => new Set(eventsOf(userId).map(({ item_id }) => item_id)),
    interactions: (userId) => eventsOf(userId).length,
    metBy: (itemId) => usersOf.get(itemId) ?? [],
  };
};
