/** An event's id says that it is the same event: under an id that is taken, other content is a mistake of the sender. */
import { TtExpError } from '../../contracts/errors.ts';
import type { OnlineEvent } from './log-record.ts';

/** What a sender says of an event; when it arrived is not theirs to say. */
const SAID = ['user_id', 'item_id', 'type', 'occurred_at'] as const;

type Find = (eventId: string) => OnlineEvent | undefined;

export interface RecordedEvents {
  readonly accepted: number;
  /** Events that were there already. They are acknowledged too. */
  readonly duplicates: number;
}

const differenceOf = (event: OnlineEvent, first: OnlineEvent) => SAID.find((key) => first[key] !== event[key]);

/** USAGE for the first event whose id another content has, among `find` or earlier in `events`; null without one. */
export const conflictIn = (events: readonly OnlineEvent[], find: Find): TtExpError | null => {
  const own = new Map<string, OnlineEvent>();
  for (const event of events) {
    const first = find(event.event_id) ?? own.get(event.event_id) ?? event;
    own.set(event.event_id, first);
    const said = differenceOf(event, first);
    if (said !== undefined) {
      return new TtExpError(
        'USAGE',
        `event_id: got "${event.event_id}", which another event has: its ${said} is not the same`,
        { hint: 'Give every event an id of its own, and send an event again as it was.' },
      );
    }
  }
  return null;
};

/** Those of a request that was admitted whose ids no other content has meanwhile. */
export const keptIn = (events: readonly OnlineEvent[], find: Find): readonly OnlineEvent[] =>
  events.filter((event) => differenceOf(event, find(event.event_id) ?? event) === undefined);

/** Of a request that was written, and lost an id to another server at the same moment: what is written stays. */
export const partlyKept = (conflict: TtExpError, kept: RecordedEvents): TtExpError => {
  const count = kept.accepted + kept.duplicates;
  const others = count === 1 ? '1 other event of the request is' : `${count} other events of the request are`;
  return count === 0
    ? conflict
    : new TtExpError('USAGE', `${conflict.message}; ${others} kept`, {
        hint: `${conflict.hint} Those that are kept are duplicates then.`,
        details: { ...kept },
      });
};

/** What is kept of a request that is answered with this error. */
export const keptOf = (error: unknown): RecordedEvents => {
  const { accepted, duplicates } = error instanceof TtExpError ? error.details : {};
  return typeof accepted === 'number' && typeof duplicates === 'number'
    ? { accepted, duplicates }
    : { accepted: 0, duplicates: 0 };
};

export interface Admitted<Request> {
  /** By id, in the order of their arrival. */
  readonly events: ReadonlyMap<string, OnlineEvent>;
  /** Requests of which nothing is kept. */
  readonly conflicts: ReadonlyMap<Request, TtExpError>;
}

/** Whoever came first has the id. */
export const admitEvents = <Request extends { readonly events: readonly OnlineEvent[] }>(
  requests: readonly Request[],
  find: Find,
): Admitted<Request> => {
  const events = new Map<string, OnlineEvent>();
  const conflicts = new Map<Request, TtExpError>();
  for (const request of requests) {
    const conflict = conflictIn(request.events, (id) => find(id) ?? events.get(id));
    if (conflict === null) {
      for (const event of request.events) {
        events.set(event.event_id, event);
      }
    } else {
      conflicts.set(request, conflict);
    }
  }
  return { events, conflicts };
};
