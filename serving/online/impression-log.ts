/**
 * Which lists users of an experiment were given: written after the answers, in batches. Several servers of one home append
 * to one file. A server that is killed loses what it has not written yet, the lists of the last `FLUSH_MS`; what is lost
 * otherwise is counted, and stands in the file as soon as that takes lines again.
 */
import { dirname } from 'node:path';
import type { Log } from '../../contracts/log.ts';
import type { Impression } from '../../contracts/online-experiment.ts';
import type { Clock } from '../../host/clock.ts';
import { exists, isDiskFull } from '../../host/files/file-errors.ts';
import { makeFolder } from '../../host/files/make-folder.ts';
import { withLock } from '../../host/locks/with-lock.ts';
import { alarmOf } from '../events/alarm.ts';
import { erasedUsersOf } from './erased-users.ts';
import type { VoidedExperiment } from './impression-lines.ts';
import { appendImpressions, hasLeftovers, isOf, mergeLeftovers, rewriteWithout } from './rewrite-impressions.ts';

/** From a list to its line on the disk. */
export const FLUSH_MS = 100;
/** A file that takes nothing is tried again after this long. */
const RETRY_MS = 1_000;
/** Impressions that wait for the disk. More are lost, and counted: a disk that hangs must not fill the memory. */
const MOST_WAITING = 20_000;

export interface ImpressionLog {
  /** Returns at once. */
  add(line: Impression | VoidedExperiment): void;
  /**
   * Removes the lists of a user from the disk, whichever server of the home still holds them, and returns how many there
   * were. Throws what the file system throws, and
   * HOME_IN_USE where another process is at it.
   */
  erase(userId: string): Promise<number>;
  /** In words; null while impressions are written. */
  problem(): string | null;
  /** Since the start. */
  lost(): number;
  /** Once it has written what waits, or has tried to. */
  close(): Promise<void>;
}

export interface ImpressionLogOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly log: Log;
  /** ISO 8601, UTC. */
  readonly timestamp: () => string;
  /** Default: `MOST_WAITING`. */
  readonly mostWaiting?: number;
}

export const openImpressionLog = ({
  path,
  clock,
  log,
  timestamp,
  mostWaiting = MOST_WAITING,
}: ImpressionLogOptions): ImpressionLog => {
  const alarm = alarmOf(log, `${path}: impressions are written again`);
  const erased = erasedUsersOf(path);
  const lock = { folder: `${path}.lock`, purpose: 'erasing impressions', clock };
  let waiting: (Impression | VoidedExperiment)[] = [];
  const unsaid = new Map<string, number>();
  let lostInAll = 0;
  let turn: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | null = null;
  let isClosed = false;

  /** Lists of each experiment that this process has written, those that were erased since included. */
  const written = new Map<string, number>();

  const lose = (experimentId: string, count = 1): void => {
    lostInAll += count;
    unsaid.set(experimentId, (unsaid.get(experimentId) ?? 0) + count);
  };

  /** Whoever erases gives the name to another file at once: a name that is gone was taken, with the lists in the file. */
  const heedRemoval = async (): Promise<void> => {
    if (written.size === 0 || (await exists(path))) {
      return;
    }
    // Of experiments that have ended, the file may go.
    const running = new Set(waiting.map(({ experiment_id }) => experiment_id));
    const taken = [...written].filter(([id]) => running.has(id));
    written.clear();
    for (const [id, count] of taken) {
      log('warn', `${path}: was removed or moved by another program; ${count} lists of experiment ${id} are lost`);
      lose(id, count);
    }
  };

  const flush = async (): Promise<void> => {
    if (waiting.length === 0 && unsaid.size === 0) {
      return;
    }
    let batch: typeof waiting = [];
    let told: [string, number][] = [];
    try {
      await heedRemoval();
      batch = waiting;
      told = [...unsaid];
      waiting = [];
      await appendImpressions(path, erased, [
        ...batch,
        ...told.map(([experiment_id, count]) => ({ experiment_id, at: timestamp(), lost: count })),
      ]);
    } catch (cause) {
      waiting = [...batch, ...waiting];
      const why = isDiskFull(cause) ? 'no space left on the disk' : 'their file cannot be written';
      alarm.note(
        `impressions of the experiment online are not written, so its report will lack some: ${why}`,
        `${path}: ${String(cause)}`,
      );
      return;
    }
    for (const line of batch) {
      if ('user_id' in line) {
        written.set(line.experiment_id, (written.get(line.experiment_id) ?? 0) + 1);
      }
    }
    for (const [experimentId, count] of told) {
      const since = (unsaid.get(experimentId) ?? 0) - count;
      if (since > 0) {
        unsaid.set(experimentId, since);
      } else {
        unsaid.delete(experimentId);
      }
    }
    alarm.note(null);
  };

  /** One thing at a time happens to the file. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };

  const flushLater = (ms: number): void => {
    if (isClosed) {
      return;
    }
    timer ??= setTimeout(() => {
      timer = null;
      void inTurn(flush).then(() => {
        if (waiting.length > 0 || unsaid.size > 0) {
          flushLater(alarm.problem() === null ? FLUSH_MS : RETRY_MS);
        }
      });
    }, ms);
  };

  const tidy = async (): Promise<void> => {
    try {
      if (await hasLeftovers(path)) {
        await withLock(lock, () => mergeLeftovers(path, erased));
      }
    } catch (cause) {
      log('warn', `${path}: what an erasure that was killed has left beside it stays for now: ${String(cause)}`);
    }
  };
  void inTurn(tidy);

  return {
    add: (line) => {
      if (waiting.length >= mostWaiting) {
        lose(line.experiment_id);
      } else {
        waiting.push(line);
      }
      flushLater(FLUSH_MS);
    },
    erase: (userId) =>
      inTurn(async () => {
        const before = waiting.length;
        waiting = waiting.filter((line) => !isOf(line, userId));
        const unwritten = before - waiting.length;
        await makeFolder(dirname(path));
        return withLock(lock, async () => {
          // Before the erasures are written, which forgets old ones: an old file may have lists of theirs.
          await mergeLeftovers(path, erased);
          await erased.note(userId, timestamp());
          return unwritten + ((await exists(path)) ? await rewriteWithout(path, erased, userId) : 0);
        });
      }),
    problem: alarm.problem,
    lost: () => lostInAll,
    close: async () => {
      isClosed = true;
      if (timer !== null) {
        clearTimeout(timer);
        timer = null;
      }
      await inTurn(flush);
      if (waiting.length > 0) {
        log('error', `${path}: ${waiting.length} impressions are lost: they could not be written before the end`);
      }
    },
  };
};
