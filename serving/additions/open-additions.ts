/** Users and items that training has not seen, given online: kept, encoded for every bundle that answers, and in its lists. */
import { join } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import type { Log } from '../../contracts/log.ts';
import type { OverlayEvent } from '../../contracts/recommendation.ts';
import type { RowEncoder, Side } from '../../contracts/row-encoding.ts';
import type { Clock } from '../../host/clock.ts';
import type { LoadedBundle } from '../../registry/bundle/load-bundle.ts';
import { ADDITIONS_FILE, type AdditionLog, openAdditionLog, type Put } from './addition-log.ts';
import type { Addition } from './addition-record.ts';
import { type BundleAdditions, createBundleAdditions } from './bundle-additions.ts';

export interface AdditionsOptions {
  /** Of the served model. */
  readonly folder: string;
  readonly events: { events(userId: string): Iterable<OverlayEvent>; revisionOf(userId: string): number };
  readonly encoder: RowEncoder;
  readonly clock: Clock;
  readonly log: Log;
  /** Rows kept on one side; default 10,000. */
  readonly most?: number;
}

export interface Additions {
  /** What was given online, as a bundle sees it, until it is released. */
  attach(bundle: LoadedBundle): BundleAdditions;
  /** Throws as `AdditionLog.put`. @param isKnown whether training has seen an id */
  put(addition: Omit<Addition, 'revision'>, isKnown: (side: Side, id: string) => boolean): Promise<Put>;
  erase: AdditionLog['erase'];
  /** What is not as it should be, in words; empty while all is well. */
  problems(): readonly string[];
  damagedLines(): number;
  /** Also while something is being encoded. */
  close(): Promise<void>;
}

export const openAdditions = async (options: AdditionsOptions): Promise<Additions> => {
  const { folder, events, encoder, clock, log, most } = options;
  const end = new AbortController();
  const attached = new Set<BundleAdditions>();
  const onRead = (): void => {
    for (const additions of attached) {
      additions.heed();
    }
  };
  const records = await openAdditionLog({
    ...{ path: join(folder, ADDITIONS_FILE), clock, log, onRead },
    ...(most === undefined ? {} : { most }),
  });
  return {
    attach: (bundle) => {
      const additions = createBundleAdditions({
        ...{ bundle, encoder, clock, log, signal: end.signal },
        state: records.state,
        ...{ events: events.events, eventsRevision: events.revisionOf },
      });
      const released: BundleAdditions = {
        ...additions,
        release: () => {
          additions.release();
          attached.delete(released);
        },
      };
      attached.add(released);
      return released;
    },
    put: (addition, isKnown) => {
      const { side, id } = addition;
      return isKnown(side, id)
        ? Promise.reject(
            new TtExpError('USAGE', `${side}_id: got "${id}", which training has seen`, {
              hint: 'Its features are those of the data: train anew to change them. What it does goes to /api/events.',
            }),
          )
        : records.put(addition, isKnown);
    },
    erase: records.erase,
    problems: () =>
      [records.status().problem, ...[...attached].map(({ problem }) => problem())].flatMap((one) => one ?? []),
    damagedLines: () => records.status().damagedLines,
    close: async () => {
      end.abort();
      await encoder.close();
      await records.close();
    },
  };
};
