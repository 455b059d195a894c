/** Records that are gone with the file that held them: another program gave its name to another one. */
import type { Log } from '../../contracts/log.ts';
import { breathe } from '../../host/breathe.ts';
import type { Clock } from '../../host/clock.ts';
import { type LogKind, type LogState, leftoversOf } from './rewrite-log.ts';

/** A server that writes the log anew brings over what came late, and others write again what it has missed, well within. */
const BROUGHT_OVER_MS = 2_000;

export interface ReplacedLog<State> {
  /** @param before what the old file came to, read to its end: whoever erases says so there first */
  replaced(before: State, after: State): Promise<void>;
  /** Says what is lost, once that is certain. */
  look(state: State): Promise<void>;
}

const lackedBy = async <Item>(records: Iterable<Item>, state: LogState<Item>): Promise<readonly Item[]> => {
  const lacking: Item[] = [];
  for (const record of records) {
    if (state.lacks(record)) {
      lacking.push(record);
    }
    await breathe();
  }
  return lacking;
};

export const watchReplacedLog = <Item, State extends LogState<Item>>({
  path,
  kind: { what },
  clock,
  log,
}: {
  readonly path: string;
  readonly kind: LogKind<Item, State>;
  readonly clock: Clock;
  readonly log: Log;
}): ReplacedLog<State> => {
  let suspected: { readonly records: readonly Item[]; readonly sinceMs: number } | null = null;
  return {
    replaced: async (before, after) => {
      const records = [...(suspected?.records ?? []), ...(await lackedBy(before.records(), after))];
      suspected = records.length === 0 ? null : { records, sinceMs: clock.nowMs() };
    },
    look: async (state) => {
      if (suspected === null) {
        return;
      }
      const elapsedMs = clock.nowMs() - suspected.sinceMs;
      // A clock that was set back would have us wait for as long.
      if ((elapsedMs >= 0 && elapsedMs < BROUGHT_OVER_MS) || (await leftoversOf(path)).length > 0) {
        return;
      }
      const lost = await lackedBy(suspected.records, state);
      suspected = null;
      // Who has nothing left may have been erased by two servers in turn, and we saw the file of neither.
      const certain = lost.filter((record) => state.knows(record)).length;
      if (certain > 0) {
        log(
          'warn',
          `${path}: was replaced by another program; ${certain} ${what} that were in it, or more, count no more`,
        );
      }
    },
  };
};
