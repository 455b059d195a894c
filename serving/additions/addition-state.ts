/** What the lines of the log of additions add up to. */
import type { Side } from '../../contracts/row-encoding.ts';
import type { LogState } from '../events/rewrite-log.ts';
import type { Addition, AdditionRecord } from './addition-record.ts';

export interface AdditionState extends LogState<AdditionRecord> {
  find(side: Side, id: string): Addition | undefined;
  /** In the order in which their ids came. */
  of(side: Side): Iterable<Addition>;
  count(side: Side): number;
  /** Another one after every change, in any state. */
  readonly revision: number;
}

/** Lines that say nothing any more are left in the file up to so many, and up to as many as say something. */
const MOST_REPLACED = 1_000;

/** Over all states: a file that is read again gives another one. */
let lastRevision = 0;

export const createAdditionState = (): AdditionState => {
  const bySide = { user: new Map<string, Addition>(), item: new Map<string, Addition>() };
  let hasErased = false;
  let replaced = 0;
  let revision = 0;
  const touch = (): void => {
    lastRevision += 1;
    revision = lastRevision;
  };
  touch();
  const live = (): number => bySide.user.size + bySide.item.size;
  return {
    apply: (record) => {
      if (record.kind === 'erase') {
        hasErased = true;
        bySide[record.side].delete(record.id);
        touch();
        return;
      }
      const { addition } = record;
      const of = bySide[addition.side];
      const known = of.get(addition.id);
      replaced += known === undefined ? 0 : 1;
      if (known === undefined || addition.revision >= known.revision) {
        of.set(addition.id, addition);
        touch();
      }
    },
    records: function* () {
      for (const of of [bySide.user, bySide.item]) {
        for (const addition of of.values()) {
          yield { kind: 'addition', addition };
        }
      }
    },
    lacks: (record) =>
      record.kind === 'addition' &&
      record.addition.revision > (bySide[record.addition.side].get(record.addition.id)?.revision ?? 0),
    knows: (record) => record.kind === 'addition' && bySide[record.addition.side].has(record.addition.id),
    get hasErasures() {
      return hasErased || replaced > Math.max(MOST_REPLACED, live());
    },
    find: (side, id) => bySide[side].get(id),
    of: (side) => bySide[side].values(),
    count: (side) => bySide[side].size,
    get revision() {
      return revision;
    },
  };
};
