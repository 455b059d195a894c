/** What was given online, as one bundle sees it: rows that it does not have, encoded for it one after another. */
import { isDeepStrictEqual } from 'node:util';
import { elementAt } from '../../contracts/element-at.ts';
import { toErrorRecord } from '../../contracts/errors.ts';
import type { Log } from '../../contracts/log.ts';
import type { OverlayEvent } from '../../contracts/recommendation.ts';
import type { RowEncoder, Side } from '../../contracts/row-encoding.ts';
import { breathe } from '../../host/breathe.ts';
import type { Clock } from '../../host/clock.ts';
import { canonicalFields } from '../../policy/serving/canonical-row.ts';
import type { LoadedBundle } from '../../registry/bundle/load-bundle.ts';
import { lengthOf, rowOf } from '../../registry/search/matrix.ts';
import { alarmOf } from '../events/alarm.ts';
import { likedIdsSince } from '../history.ts';
import type { Addition } from './addition-record.ts';
import type { AdditionState } from './addition-state.ts';
import type { OnlineRow, OnlineRows } from './online-rows.ts';
import { whenLate } from './when-late.ts';

const SIDES = ['item', 'user'] as const;

/** Rows a request to the encoder: what comes meanwhile does not wait long. */
const MOST_AT_ONCE = 64;

/** Times the longest vector of the bundle's side: what is longer would be first, or last, for everybody. */
const LONGEST_SHARE = 100;

/** After a failure, doubled with each further one. */
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 60_000;

/** An encoder that has not answered for this long is a problem: TensorFlow starts within seconds. */
const PATIENCE_MS = 30_000;

export interface BundleAdditionsOptions {
  readonly bundle: LoadedBundle;
  readonly state: () => AdditionState;
  /** What users did, and a number that changes with it. */
  readonly events: (userId: string) => Iterable<OverlayEvent>;
  readonly eventsRevision: (userId: string) => number;
  readonly encoder: RowEncoder;
  readonly clock: Clock;
  readonly log: Log;
  /** Of the server. */
  readonly signal: AbortSignal;
}

export interface BundleAdditions {
  readonly users: OnlineRows;
  readonly items: OnlineRows;
  /** After what they come from was read: encodes what is new. */
  heed(): void;
  /** Nobody asks the bundle any more: encodes nothing from now on, and has no problem. Rows stay as they are. Idempotent. */
  release(): void;
  /** Rows of a side, how many of them are not encoded yet, and how many are and have no vector. */
  count(side: Side): { readonly rows: number; readonly waiting: number; readonly withoutVector: number };
  /** Why rows are not encoded at the moment; null while they are. */
  problem(): string | null;
}

interface Kept {
  readonly addition: Addition;
  /** Of the events that the encoding heeds; 0 where it heeds none. */
  readonly eventsRevision: number;
  /** Serves as it is until it is encoded anew for further events. */
  readonly row: OnlineRow;
  readonly isWaiting: boolean;
}

interface SideRows {
  kept: ReadonlyMap<string, Kept>;
  rows: readonly OnlineRow[];
  places: ReadonlyMap<string, number>;
}

const saysTheSame = (a: Addition, b: Addition): boolean =>
  a === b ||
  (a.text === b.text && isDeepStrictEqual(a.features, b.features) && isDeepStrictEqual(a.embedding, b.embedding));

/** Whose problem it is, for anybody to read. */
const notEncoded = (code: string): string =>
  code === 'MODEL_NOT_LOADING'
    ? "users and items given online are not encoded: files of the bundle's folder are missing or damaged; they are once it is back, and with the next bundle (the log says more)"
    : `users and items given online are not encoded at the moment (${code}; the log says more)`;

const NOT_ANSWERED = `users and items given online wait for their encoding, which has taken ${PATIENCE_MS / 1000} s so far`;

/** Its rows are made anew when they are asked for after a change, so that many changes at once cost one look. */
export const createBundleAdditions = (options: BundleAdditionsOptions): BundleAdditions => {
  const { bundle, state, encoder, clock, log } = options;
  const released = new AbortController();
  const signal = AbortSignal.any([options.signal, released.signal]);
  const alarm = alarmOf(log, 'users and items given online are encoded again');
  const empty = (): SideRows => ({ kept: new Map(), rows: [], places: new Map() });
  const sides: Record<Side, SideRows> = { user: empty(), item: empty() };
  let seenRevision = -1;
  let revision = 0;
  let isEncoding = false;

  const revisionOfEvents = (side: Side, id: string): number =>
    side === 'user' && bundle.inputs.hasHistory ? options.eventsRevision(id) : 0;

  const keep = (side: Side, addition: Addition): Kept => {
    const known = sides[side].kept.get(addition.id);
    const eventsRevision = revisionOfEvents(side, addition.id);
    if (known === undefined || !saysTheSame(known.addition, addition)) {
      const row = {
        id: addition.id,
        fields: canonicalFields(addition),
        ...{ isEncoded: false, vector: null, content: null, heedsLikes: false },
      };
      return { addition, eventsRevision, row, isWaiting: true };
    }
    return known.eventsRevision === eventsRevision ? known : { ...known, eventsRevision, isWaiting: true };
  };

  const rebuild = (side: Side): void => {
    const ofBundle = side === 'user' ? bundle.users : bundle.items;
    const kept = new Map<string, Kept>();
    for (const addition of state().of(side)) {
      if (!ofBundle.rows.has(addition.id)) {
        kept.set(addition.id, keep(side, addition));
      }
    }
    show(side, kept);
  };

  const show = (side: Side, kept: ReadonlyMap<string, Kept>): void => {
    const rows: OnlineRow[] = [];
    const places = new Map<string, number>();
    for (const [id, { row }] of kept) {
      places.set(id, rows.length);
      rows.push(row);
    }
    sides[side] = { kept, rows, places };
    revision += 1;
  };

  const sync = (): void => {
    const now = state().revision;
    if (now !== seenRevision) {
      seenRevision = now;
      SIDES.forEach(rebuild);
    }
  };

  /** Users whose events have changed since they were encoded. */
  const heedEvents = (): void => {
    const { kept } = sides.user;
    for (const [id, one] of bundle.inputs.hasHistory ? kept : []) {
      if (revisionOfEvents('user', id) !== one.eventsRevision) {
        show('user', new Map([...kept].map(([each, { addition }]) => [each, keep('user', addition)])));
        return;
      }
    }
  };

  const take = (): { readonly side: Side; readonly batch: readonly Kept[] } | null => {
    for (const side of SIDES) {
      const batch: Kept[] = [];
      for (const one of sides[side].kept.values()) {
        if (one.isWaiting && batch.push(one) === MOST_AT_ONCE) {
          break;
        }
      }
      if (batch.length > 0) {
        return { side, batch };
      }
    }
    return null;
  };

  const likedOf = (side: Side, id: string): readonly string[] =>
    side === 'user' && bundle.inputs.hasHistory ? likedIdsSince(bundle.manifest.labels, options.events(id)) : [];

  const longest: Partial<Record<Side, number>> = {};
  /** Length up to which a vector of a side counts; 0 in the bundle says nothing. */
  const longestOf = async (side: Side): Promise<number> => {
    let most = longest[side] ?? 0;
    if (longest[side] === undefined) {
      const { vectors } = side === 'user' ? bundle.users : bundle.items;
      for (let row = 0; row < vectors.rows; row += 1) {
        most = Math.max(most, lengthOf(rowOf(vectors, row)));
        await breathe();
      }
      longest[side] = most;
    }
    return most === 0 ? Number.POSITIVE_INFINITY : LONGEST_SHARE * most;
  };

  const encodeBatch = async (side: Side, batch: readonly Kept[]): Promise<void> => {
    const rows = batch.map(({ addition }) => ({ ...addition, liked: likedOf(side, addition.id) }));
    const most = await longestOf(side);
    const encoded = (await encoder.encode({ bundleFolder: bundle.folder, side, rows })).map((one) =>
      one.vector !== null && lengthOf(one.vector) > most ? { ...one, vector: null } : one,
    );
    const done = new Map(
      batch.map((one, place) => [
        one,
        { ...elementAt(encoded, place), isEncoded: true, heedsLikes: elementAt(rows, place).liked.length > 0 },
      ]),
    );
    // What was replaced or erased meanwhile is not what was encoded.
    const kept = [...sides[side].kept].map(([id, one]): readonly [string, Kept] => {
      const result = done.get(one);
      return [id, result === undefined ? one : { ...one, row: { ...one.row, ...result }, isWaiting: false }];
    });
    for (const [one, { vector }] of done) {
      if (vector === null) {
        log(
          'warn',
          `${side} ${one.addition.id}: has no vector: its embedding has another width than the data's, or the model gives none for what was given that is finite, not zero, and of a length like the others'`,
        );
      }
    }
    show(side, new Map(kept));
  };

  const encodeAll = async (): Promise<void> => {
    const patience = { clock, ms: PATIENCE_MS, signal };
    let retryMs = FIRST_RETRY_MS;
    while (!signal.aborted) {
      sync();
      heedEvents();
      const next = take();
      if (next === null) {
        return;
      }
      try {
        await whenLate(patience, () => alarm.note(NOT_ANSWERED), encodeBatch(next.side, next.batch));
        retryMs = FIRST_RETRY_MS;
        alarm.note(null);
      } catch (error) {
        if (signal.aborted) {
          return;
        }
        const { code, message } = toErrorRecord(error);
        alarm.note(notEncoded(code), `${message}; tried again in ${retryMs} ms`);
        await clock.sleep(retryMs, signal);
        retryMs = Math.min(LAST_RETRY_MS, 2 * retryMs);
      }
    }
  };

  const heed = (): void => {
    if (isEncoding || signal.aborted) {
      return; // it looks again before it ends
    }
    sync();
    heedEvents();
    if (take() === null) {
      return;
    }
    isEncoding = true;
    void encodeAll().finally(() => {
      isEncoding = false;
    });
  };

  const rowsOf = (side: Side): OnlineRows => {
    const synced = (): SideRows => {
      sync();
      return sides[side];
    };
    return {
      rows: () => synced().rows,
      placeOf: (id) => synced().places.get(id),
      revision: () => {
        sync();
        return revision;
      },
    };
  };
  heed();
  return {
    ...{ users: rowsOf('user'), items: rowsOf('item'), heed },
    count: (side) => {
      const kept = [...sides[side].kept.values()];
      const encoded = kept.filter(({ isWaiting }) => !isWaiting);
      const withoutVector = encoded.filter(({ row }) => row.vector === null).length;
      return { rows: kept.length, waiting: kept.length - encoded.length, withoutVector };
    },
    problem: () => (released.signal.aborted ? null : alarm.problem()),
    release: () => released.abort(),
  };
};
