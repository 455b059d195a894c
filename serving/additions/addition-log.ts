/** Users and items given online, durable: on the disk before they are acknowledged, and seen by every server of the home. */

import { canonicalJson } from '../../contracts/canonical-json.ts';
import { TtExpError } from '../../contracts/errors.ts';
import type { Log } from '../../contracts/log.ts';
import type { Side } from '../../contracts/row-encoding.ts';
import type { Clock } from '../../host/clock.ts';
import { openRecordLog } from '../events/record-log.ts';
import type { LogKind } from '../events/rewrite-log.ts';
import { ADDITION_LINES, type Addition, type AdditionRecord } from './addition-record.ts';
import { type AdditionState, createAdditionState } from './addition-state.ts';

/** Below the folder of a served model. */
export const ADDITIONS_FILE = 'additions.ndjson';

/** Kept on one side: they are searched one by one, and encoded anew for every bundle. */
export const MOST_ADDITIONS = 10_000;

/** Rows that wait for the disk. More are refused: a disk that hangs must not fill the memory. */
const MOST_WAITING = 1_000;

const ADDITIONS: LogKind<AdditionRecord, AdditionState> = {
  what: 'features',
  lines: ADDITION_LINES,
  createState: createAdditionState,
};

export type Put = 'added' | 'replaced' | 'unchanged';

export interface AdditionLogStatus {
  /** Why additions are refused or not seen at the moment; null while all is well. */
  readonly problem: string | null;
  readonly damagedLines: number;
}

export interface AdditionLog {
  state(): AdditionState;
  /**
   * Returns once it is on the disk and in the state. Throws DISK_FULL, UPSTREAM_REJECTED, TIMED_OUT where too many wait, and
   * USAGE where as many are kept as may be.
   * @param isObsolete whether a row that is kept may make room: its bundle knows it by now
   */
  put(addition: Omit<Addition, 'revision'>, isObsolete: (side: Side, id: string) => boolean): Promise<Put>;
  /** From the state and from the disk. Returns whether there was any. Throws as `put`. */
  erase(side: Side, id: string): Promise<boolean>;
  status(): AdditionLogStatus;
  close(): Promise<void>;
}

export interface AdditionLogOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly onRead: () => void;
  /** Default `MOST_ADDITIONS`. */
  readonly most?: number;
}

interface Waiting {
  readonly addition: Omit<Addition, 'revision'>;
  readonly isObsolete: (side: Side, id: string) => boolean;
  resolve(put: Put): void;
  reject(error: unknown): void;
}

const saidBy = ({ features, text, embedding }: Omit<Addition, 'revision'>): string =>
  canonicalJson({ features, text, embedding });

const keyOf = ({ side, id }: Pick<Addition, 'side' | 'id'>): string => `${side} ${id}`;

const full = (side: Side, most: number): TtExpError =>
  new TtExpError('USAGE', `${side}_id: ${most} ${side}s were given online already, which is as many as are kept`, {
    hint: `Train on data that has them: whatever the next bundle has makes room. DELETE removes single ones.`,
  });

export const openAdditionLog = async ({
  most = MOST_ADDITIONS,
  ...options
}: AdditionLogOptions): Promise<AdditionLog> => {
  const records = await openRecordLog({ ...options, kind: ADDITIONS });
  let waiting: Waiting[] = [];
  let isClosed = false;
  /** Of a write that failed, which are in the file all the same: the disk may not have them. */
  const unconfirmed = new Set<string>();

  /** What of a batch is to be written, and what becomes of each. */
  const decide = (batch: readonly Waiting[], state: AdditionState) => {
    const writing: AdditionRecord[] = [];
    const outcomes = new Map<Waiting, Put | TtExpError>();
    const latest = new Map<string, Addition>();
    const counts = { user: state.count('user'), item: state.count('item') };
    const gone = new Set<string>();
    const makeRoom = ({ addition: { side }, isObsolete }: Waiting): void => {
      for (const { id } of counts[side] < most ? [] : state.of(side)) {
        const key = keyOf({ side, id });
        if (isObsolete(side, id) && !gone.has(key)) {
          gone.add(key);
          writing.push({ kind: 'erase', side, id });
          counts[side] -= 1;
        }
      }
    };
    for (const one of batch) {
      const { addition } = one;
      const key = keyOf(addition);
      const known = latest.get(key) ?? state.find(addition.side, addition.id);
      if (known !== undefined && saidBy(known) === saidBy(addition) && !unconfirmed.has(key)) {
        outcomes.set(one, 'unchanged');
        continue;
      }
      if (known === undefined) {
        makeRoom(one);
        if (counts[addition.side] >= most) {
          outcomes.set(one, full(addition.side, most));
          continue;
        }
        counts[addition.side] += 1;
      }
      const written = { ...addition, revision: (known?.revision ?? 0) + 1 };
      latest.set(key, written);
      writing.push({ kind: 'addition', addition: written });
      outcomes.set(one, known === undefined ? 'added' : 'replaced');
    }
    return { writing, outcomes };
  };

  const commit = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    let outcomes = new Map<Waiting, Put | TtExpError>();
    try {
      await records.append((state) => {
        const decided = decide(batch, state);
        outcomes = decided.outcomes;
        return decided.writing;
      });
    } catch (error) {
      for (const one of batch) {
        const { side, id } = one.addition;
        if (records.state().find(side, id) !== undefined) {
          unconfirmed.add(keyOf(one.addition));
        }
        one.reject(error);
      }
      return;
    }
    for (const one of batch) {
      const outcome = outcomes.get(one);
      if (outcome instanceof TtExpError || outcome === undefined) {
        one.reject(outcome);
      } else {
        unconfirmed.delete(keyOf(one.addition));
        one.resolve(outcome);
      }
    }
  };

  return {
    state: records.state,
    put: (addition, isObsolete) =>
      new Promise((resolve, reject) => {
        if (isClosed || waiting.length >= MOST_WAITING) {
          const why = isClosed ? 'the server ends' : `${waiting.length} of them wait for the disk`;
          reject(new TtExpError('TIMED_OUT', `features: ${why}`, { hint: 'Send them again in a moment.' }));
          return;
        }
        if (waiting.push({ addition, isObsolete, resolve, reject }) === 1) {
          void records.inTurn(commit);
        }
      }),
    erase: async (side, id) => {
      let wasThere = false;
      await records.erase((state) => {
        wasThere = state.find(side, id) !== undefined;
        return wasThere ? [{ kind: 'erase', side, id }] : [];
      });
      return wasThere;
    },
    status: () => ({ problem: records.problem(), damagedLines: records.damagedLines() }),
    close: () => {
      isClosed = true;
      return records.close();
    },
  };
};
