/**
 * Erased events leave the disk: the log is written anew without them, while other processes append to it.
 *
 * Whoever appends looks afterwards whether the file is still the one of that name, and appends again where it is not.
 * What was appended and acknowledged before the new file took the name is in the old one, which keeps a name of its own
 * until everything in it has come over: a kill at any moment loses nothing.
 */
import { randomUUID } from 'node:crypto';
import { link, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { namesIn } from '../../host/files/names-in.ts';
import { replaceFile, syncToDisk } from '../../host/files/replace-file.ts';
import { createEventState, type EventState } from './event-state.ts';
import { type LogFile, openLogFile } from './log-file.ts';
import type { LogRecord } from './log-record.ts';

/** Records a write; one write is one buffer. */
const BATCH = 2_000;

const eventsOf = function* (state: EventState): Generator<LogRecord> {
  for (const event of state.all()) {
    yield { kind: 'event', event };
  }
};

const appendAll = async (file: LogFile, records: Iterable<LogRecord>): Promise<void> => {
  let batch: LogRecord[] = [];
  for (const record of records) {
    batch.push(record);
    if (batch.length === BATCH) {
      await file.append(batch);
      batch = [];
    }
  }
  await file.append(batch);
};

const withLogFile = async <T>(path: string, work: (file: LogFile) => Promise<T>): Promise<T> => {
  const file = await openLogFile(path);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
};

/** Old files that a kill has left beside the log, oldest name first. */
export const leftoversOf = async (path: string): Promise<readonly string[]> =>
  (await namesIn(dirname(path)))
    .filter((name) => name.startsWith(`${basename(path)}.before-`))
    .map((name) => join(dirname(path), name));

const isSameFile = async (a: string, b: string): Promise<boolean> => {
  const [one, other] = await Promise.all([stat(a, { bigint: true }), stat(b, { bigint: true })]);
  return one.dev === other.dev && one.ino === other.ino;
};

/** Brings over what only an old file has, and removes it. The caller holds the lock of the log. */
export const mergeLeftovers = async (path: string): Promise<void> => {
  for (const leftover of await leftoversOf(path)) {
    // The same file under two names: killed before the new one took the name.
    if (!(await isSameFile(leftover, path))) {
      const old = createEventState();
      await withLogFile(leftover, (file) => file.readAdded(old.apply));
      await withLogFile(path, async (file) => {
        const state = createEventState();
        await file.readAdded(state.apply);
        await appendAll(
          file,
          [...eventsOf(old)].filter((record) => record.kind === 'event' && !state.has(record.event.event_id)),
        );
      });
    }
    await rm(leftover, { force: true });
  }
  await syncToDisk(dirname(path));
};

/**
 * Replaces the log by one that holds what its lines add up to. The caller holds the lock of the log, and `file` is read to
 * its end into `state`; both are of no use afterwards. Throws what the file system throws, with the log as it was or
 * a leftover beside it.
 */
export const rewriteLog = async (path: string, file: LogFile, state: EventState): Promise<void> => {
  const before = `${path}.before-${randomUUID().slice(0, 8)}`;
  await replaceFile(path, async (temporary) => {
    await withLogFile(temporary, (fresh) => appendAll(fresh, eventsOf(state)));
    await link(path, before);
  });
  await syncToDisk(dirname(path));
  const late: LogRecord[] = [];
  await file.readAdded((record) => late.push(record));
  await withLogFile(path, (fresh) => appendAll(fresh, late));
  await rm(before);
  await syncToDisk(dirname(path));
};
