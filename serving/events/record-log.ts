/**
 * A file of records that several servers of one home append to: on the disk before they are acknowledged, and each server
 * reads what the others have added. A record counts once it has been read back from the file, so what a process holds and
 * what a restart would find are the same.
 */
import { TtExpError } from '../../contracts/errors.ts';
import type { Log } from '../../contracts/log.ts';
import type { Clock } from '../../host/clock.ts';
import { tryLock } from '../../host/locks/lock.ts';
import { withLock } from '../../host/locks/with-lock.ts';
import { alarmOf } from './alarm.ts';
import { type LogFile, openLogFileAsItIs } from './log-file.ts';
import { erasedElsewhere, notErased, refused, refusedNew } from './refused-records.ts';
import { watchReplacedLog } from './replaced-log.ts';
import {
  applyLeftovers,
  hasLeftovers,
  type LogKind,
  type LogState,
  mergeLeftovers,
  rewriteLog,
  wasTakenAway,
} from './rewrite-log.ts';

/** What others have added counts well within a second. */
const LOOK_EVERY_MS = 250;

/** From a failed attempt to finish an erasure to the next: each writes the whole log. */
const RETRY_MS = 30_000;

export interface RecordLogOptions<Item, State extends LogState<Item>> {
  readonly path: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly kind: LogKind<Item, State>;
  /** After the file was read, whether or not it had anything new. */
  readonly onRead?: () => void;
}

export interface RecordLog<Item, State extends LogState<Item>> {
  /** Another one after the file was replaced. */
  state(): State;
  /** One thing at a time happens to the file: nothing else appends while the work goes on. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /**
   * In turn. Returns once the records are on the disk and in the state. Throws DISK_FULL, UPSTREAM_REJECTED where the file
   * system refuses otherwise; some of the records may be in the file and in the state all the same then.
   * @param records by the state as of the file's end; asked again where the file was replaced meanwhile
   */
  append(records: (state: State) => readonly Item[]): Promise<void>;
  /** Appends records that erase, and writes the file anew without what they erase. Throws as `append`, and HOME_IN_USE. */
  erase(records: (state: State) => readonly Item[]): Promise<void>;
  /** Why records are refused or not seen at the moment; null while all is well. */
  problem(): string | null;
  /** Lines that a kill or a full disk has cut, none of them acknowledged. */
  damagedLines(): number;
  /** After what was begun. */
  close(): Promise<void>;
}

/** Never throws for what the disk does: where the file cannot be opened, it is tried again with every request. */
export const openRecordLog = async <Item, State extends LogState<Item>>({
  path,
  clock,
  log,
  kind,
  onRead = () => undefined,
}: RecordLogOptions<Item, State>): Promise<RecordLog<Item, State>> => {
  const { what, lines } = kind;
  const lockFolder = `${path}.lock`;
  let file: LogFile<Item> | null = null;
  let state = kind.createState();
  let finishFromMs = Number.NEGATIVE_INFINITY;
  const reading = alarmOf(log, `${path}: ${what} are read again`);
  const admitting = alarmOf(log, `${path}: new ${what} are taken again`);
  const writing = alarmOf(log, `${path}: ${what} are written again`);
  const replacing = watchReplacedLog({ path, kind, clock, log });
  let turn: Promise<unknown> = Promise.resolve();

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

  const reopen = async (): Promise<LogFile<Item>> => {
    await forget();
    const opened = await openLogFileAsItIs(path, lines);
    const read = kind.createState();
    try {
      await opened.readAdded(read.apply);
      if (!opened.takesLines()) {
        await applyLeftovers(path, kind, read);
      }
    } catch (error) {
      await opened.close();
      throw error;
    }
    file = opened;
    state = read;
    return opened;
  };

  /** Another file has the name: a server has written the log anew, or another program has put it there. */
  const follow = async (old: LogFile<Item>): Promise<LogFile<Item>> => {
    if (await wasTakenAway(path, old)) {
      log('warn', `${path}: was removed or moved by another program; the ${what} that were in it count no more`);
      return reopen();
    }
    await old.readAdded(state.apply);
    const before = state;
    const opened = await reopen();
    await replacing.replaced(before, state);
    return opened;
  };

  const refresh = async (): Promise<LogFile<Item>> => {
    if (file !== null && (await file.isCut())) {
      log('warn', `${path}: was cut in place by another program; the ${what} that were cut away are lost`);
      await reopen();
    }
    const current = file === null ? await reopen() : (await file.isCurrent()) ? file : await follow(file);
    await current.readAdded(state.apply);
    return current;
  };

  /** Under the lock: nobody else gives the name to another file. */
  const rewrite = async (): Promise<void> => {
    await rewriteLog(path, kind, await refresh(), state);
    await reopen();
  };

  /** What a kill or a full disk has left undone. Whoever holds the lock is doing it. */
  const finishErasing = async (): Promise<void> => {
    if (clock.nowMs() < finishFromMs || (!state.hasErasures && !(await hasLeftovers(path)))) {
      return;
    }
    const attempt = await tryLock(lockFolder, `erasing ${what}`, clock.nowMs());
    if (attempt.kind !== 'held') {
      return;
    }
    try {
      await mergeLeftovers(path, kind);
      await rewrite();
    } catch (error) {
      finishFromMs = clock.nowMs() + RETRY_MS;
      throw error;
    } finally {
      await attempt.lock.release();
    }
  };

  const add = async (records: (state: State) => readonly Item[]): Promise<void> => {
    for (;;) {
      const current = await refresh();
      await current.append(records(state));
      // Otherwise the file was rewritten meanwhile, and may have left behind what we added to the old one.
      if ((await current.isCurrent()) && !(await current.isCut())) {
        await current.readAdded(state.apply);
        return;
      }
    }
  };

  /** The error for whoever sent records, after it was noted. */
  const noteRefusal = (cause: unknown): TtExpError => {
    const isOnlyRead = file?.takesLines() === false;
    const error = isOnlyRead ? refusedNew(cause, what) : refused(cause, what);
    const alarm = isOnlyRead ? admitting : file === null ? reading : writing;
    alarm.note(error.message, `${path}: ${String(cause)}`);
    return error;
  };

  const append = async (records: (state: State) => readonly Item[]): Promise<void> => {
    try {
      await add(records);
      writing.note(null);
    } catch (cause) {
      // What is in the file all the same will be seen there; why that fails is noted here already.
      await file?.readAdded(state.apply).catch(() => undefined);
      throw noteRefusal(cause);
    } finally {
      onRead();
    }
  };

  const isAdmitting = async (current: LogFile<Item>): Promise<boolean> => {
    try {
      await current.admitLines();
      admitting.note(null);
      return true;
    } catch (cause) {
      noteRefusal(cause);
      return false;
    }
  };

  const look = async (): Promise<void> => {
    try {
      if (await isAdmitting(await refresh())) {
        await finishErasing();
      }
      await replacing.look(state);
      reading.note(null);
    } catch (cause) {
      reading.note(refused(cause, what).message, `${path}: ${String(cause)}`);
    }
    onRead();
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
    state: () => state,
    inTurn,
    append,
    erase: (records) =>
      inTurn(async () => {
        try {
          await withLock({ folder: lockFolder, purpose: `erasing ${what}`, clock }, async () => {
            await mergeLeftovers(path, kind);
            await refresh();
            const erasing = records(state);
            if (erasing.length > 0) {
              await add(() => erasing);
            }
            // Also where an earlier attempt has come no further than the line.
            if (state.hasErasures) {
              await rewrite();
            }
          });
        } catch (cause) {
          log('error', `${path}: ${what} cannot be erased: ${String(cause)}`);
          throw cause instanceof TtExpError ? erasedElsewhere(cause, what) : notErased(cause, what);
        } finally {
          onRead();
        }
      }),
    problem: () => writing.problem() ?? admitting.problem() ?? reading.problem(),
    damagedLines: () => file?.damagedLines() ?? 0,
    close: async () => {
      stop.abort();
      await watching;
      await inTurn(forget);
    },
  };
};
