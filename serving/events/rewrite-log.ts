/**
 * Erased records leave the disk: the log is written anew without them, while other processes append to it.
 *
 * Whoever appends looks afterwards whether the file is still the one of that name, and appends again where it is not.
 * What was appended and acknowledged before the new file took the name is in the old one, which keeps a name of its own
 * until everything in it has come over: a kill at any moment loses nothing.
 */
import { randomUUID } from 'node:crypto';
import { link, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { exists } from '../../host/files/file-errors.ts';
import { namesIn } from '../../host/files/names-in.ts';
import { replaceFile, syncToDisk, TEMPORARY_ENDING } from '../../host/files/replace-file.ts';
import type { LineFormat } from './line-format.ts';
import { type LogFile, openLogFile, readLogFile } from './log-file.ts';

/** What the lines of a file add up to. */
export interface LogState<Item> {
  /** In the order of the lines. */
  apply(record: Item): void;
  /** Records that add up to the same, in the order of the lines. */
  records(): Iterable<Item>;
  /** Whether a record of `records` of an older file says what the lines of this one do not. */
  lacks(record: Item): boolean;
  /** Whether anything is known of whom or what a record of `records` is about. */
  knows(record: Item): boolean;
  /** The file holds lines that must leave it. */
  readonly hasErasures: boolean;
}

export interface LogKind<Item, State extends LogState<Item>> {
  /** What the records are, in the plural, for messages. */
  readonly what: string;
  readonly lines: LineFormat<Item>;
  createState(): State;
}

/** Records a write; one write is one buffer. */
const BATCH = 2_000;

/** In writes of a bounded size. Throws what the file system throws. */
export const appendAll = async <Item>(file: LogFile<Item>, records: Iterable<Item>): Promise<void> => {
  let batch: Item[] = [];
  for (const record of records) {
    batch.push(record);
    if (batch.length === BATCH) {
      await file.append(batch);
      batch = [];
    }
  }
  await file.append(batch);
};

const withLogFile = async <Item, T>(
  path: string,
  lines: LineFormat<Item>,
  work: (file: LogFile<Item>) => Promise<T>,
): Promise<T> => {
  const file = await openLogFile(path, lines);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
};

/** Strictly by name: a copy that somebody has made is theirs. */
const filesBeside = async (path: string, ending: RegExp): Promise<readonly string[]> =>
  (await namesIn(dirname(path)))
    .filter((name) => name.startsWith(basename(path)) && ending.test(name.slice(basename(path).length)))
    .map((name) => join(dirname(path), name));

/** Old files that a kill has left beside the log, oldest name first. */
export const leftoversOf = (path: string): Promise<readonly string[]> => filesBeside(path, /^\.before-[0-9a-f]{8}$/);

/** New files that a kill has left before they had the name: copies of what may have been erased since. */
export const unfinishedOf = (path: string): Promise<readonly string[]> => filesBeside(path, TEMPORARY_ENDING);

/** Whether a kill has left anything that `mergeLeftovers` removes. */
export const hasLeftovers = async (path: string): Promise<boolean> =>
  (await leftoversOf(path)).length + (await unfinishedOf(path)).length > 0;

/**
 * Whether another program has taken the name from a file that is current no more. A rewrite never leaves the name to
 * nobody, and the old file none but that of a leftover.
 */
export const wasTakenAway = async <Item>(path: string, file: LogFile<Item>): Promise<boolean> =>
  !(await exists(path)) || ((await leftoversOf(path)).length === 0 && (await file.hasKeptNames()));

/** Of two files that are there. */
export const isSameFile = async (a: string, b: string): Promise<boolean> => {
  const [one, other] = await Promise.all([stat(a, { bigint: true }), stat(b, { bigint: true })]);
  return one.dev === other.dev && one.ino === other.ino;
};

/**
 * Brings over what only an old file has, and removes it. The caller holds the lock of the log. Before anything is erased:
 * an old file may hold what is to be erased, and would bring it back.
 */
export const mergeLeftovers = async <Item, State extends LogState<Item>>(
  path: string,
  { lines, createState }: LogKind<Item, State>,
): Promise<void> => {
  for (const leftover of await leftoversOf(path)) {
    // The same file under two names: killed before the new one took the name.
    if (!(await isSameFile(leftover, path))) {
      const old = createState();
      await withLogFile(leftover, lines, (file) => file.readAdded(old.apply));
      await withLogFile(path, lines, async (file) => {
        const state = createState();
        await file.readAdded(state.apply);
        await appendAll(
          file,
          [...old.records()].filter((record) => state.lacks(record)),
        );
      });
    }
    await rm(leftover, { force: true });
  }
  for (const unfinished of await unfinishedOf(path)) {
    await rm(unfinished, { force: true });
  }
  await syncToDisk(dirname(path));
};

/** What only old files have, into the state of a log that takes no lines: there it counts without having come over. */
export const applyLeftovers = async <Item, State extends LogState<Item>>(
  path: string,
  { lines, createState }: LogKind<Item, State>,
  state: State,
): Promise<void> => {
  for (const leftover of await leftoversOf(path)) {
    const old = createState();
    await readLogFile(leftover, lines, old.apply);
    for (const record of old.records()) {
      if (state.lacks(record)) {
        state.apply(record);
      }
    }
  }
};

/**
 * Replaces the log by one that holds what its lines add up to. The caller holds the lock of the log, and `file` is read to
 * its end into `state`; both are of no use afterwards. Throws what the file system throws, with the log as it was or
 * a leftover beside it.
 */
export const rewriteLog = async <Item, State extends LogState<Item>>(
  path: string,
  { lines }: LogKind<Item, State>,
  file: LogFile<Item>,
  state: State,
): Promise<void> => {
  const before = `${path}.before-${randomUUID().slice(0, 8)}`;
  await replaceFile(path, async (temporary) => {
    await withLogFile(temporary, lines, (fresh) => appendAll(fresh, state.records()));
    await link(path, before);
  });
  await syncToDisk(dirname(path));
  const late: Item[] = [];
  await file.readAdded((record) => late.push(record));
  await withLogFile(path, lines, (fresh) => appendAll(fresh, late));
  await rm(before);
  await syncToDisk(dirname(path));
};
