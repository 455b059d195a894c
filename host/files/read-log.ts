/**
 * Lines of a log that others write to: its end, and what is added. A log may be capped meanwhile (copied to `<file>.1` and
 * truncated) or moved to `<file>.1` and begun anew, as host/processes/log-file.ts does.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFileError } from './file-errors.ts';

const LINE_END = 0x0a;
const CHUNK_BYTES = 64 * 1024;
const POLL_MS = 200;

/** No line of a log is worth more of anybody's memory. */
const LONGEST_LINE_BYTES = 1024 * 1024;

/** Bytes before a position that tell whether the file is still the one that was read. */
const MARK_BYTES = 64;

const openIfThere = async (file: string): Promise<FileHandle | null> => {
  try {
    return await open(file, 'r');
  } catch (error) {
    if (isFileError(error, 'ENOENT')) {
      return null;
    }
    throw error;
  }
};

const readAt = async (handle: FileHandle, from: number, length: number): Promise<Buffer> => {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, from);
  return buffer.subarray(0, bytesRead);
};

const textOf = (kept: Buffer, length: number): string =>
  length > kept.length
    ? `${kept.toString('utf8')}… (${length - kept.length} more bytes)`
    : kept.toString('utf8').replace(/\r$/, '');

interface Splitter {
  /** Lines that the bytes complete; what follows the last line end is kept. */
  push(bytes: Buffer): readonly string[];
  /** What has no line end yet, as a line. */
  flush(): readonly string[];
}

const createSplitter = (): Splitter => {
  let pieces: Buffer[] = [];
  let keptBytes = 0;
  let length = 0;
  const add = (bytes: Buffer): void => {
    const kept = bytes.subarray(0, LONGEST_LINE_BYTES - keptBytes);
    pieces.push(kept);
    keptBytes += kept.length;
    length += bytes.length;
  };
  const take = (): string => {
    const text = textOf(Buffer.concat(pieces), length);
    pieces = [];
    keptBytes = 0;
    length = 0;
    return text;
  };
  return {
    push: (bytes) => {
      const lines: string[] = [];
      let start = 0;
      for (let end = bytes.indexOf(LINE_END); end !== -1; end = bytes.indexOf(LINE_END, start)) {
        add(bytes.subarray(start, end));
        lines.push(take());
        start = end + 1;
      }
      add(bytes.subarray(start));
      return lines;
    },
    flush: () => (length === 0 ? [] : [take()]),
  };
};

/** Where `count` lines before `end` begin, and how many of them there are. */
const findStart = async (
  handle: FileHandle,
  end: number,
  count: number,
): Promise<{ readonly start: number; readonly missing: number }> => {
  let missing = count;
  if (count === 0) {
    return { start: end, missing };
  }
  for (let at = end; at > 0; ) {
    const from = Math.max(0, at - CHUNK_BYTES);
    const chunk = await readAt(handle, from, at - from);
    for (let place = chunk.length - 1; place >= 0; place -= 1) {
      // The end of the last line begins none.
      if (chunk[place] === LINE_END && from + place !== end - 1) {
        missing -= 1;
        if (missing === 0) {
          return { start: from + place + 1, missing: 0 };
        }
      }
    }
    at = from;
  }
  return { start: 0, missing: end === 0 ? missing : missing - 1 };
};

const readLines = async (handle: FileHandle, start: number, end: number, splitter: Splitter): Promise<string[]> => {
  const lines: string[] = [];
  for (let at = start; at < end; ) {
    const chunk = await readAt(handle, at, Math.min(CHUNK_BYTES, end - at));
    if (chunk.length === 0) {
      break;
    }
    lines.push(...splitter.push(chunk));
    at += chunk.length;
  }
  return lines;
};

/** The last lines of the part of a log that was moved away. */
const linesOfCopy = async (file: string, count: number): Promise<readonly string[]> => {
  const copy = count > 0 ? await openIfThere(`${file}.1`) : null;
  if (copy === null) {
    return [];
  }
  try {
    const { size } = await copy.stat();
    const splitter = createSplitter();
    const { start } = await findStart(copy, size, count);
    return [...(await readLines(copy, start, size, splitter)), ...splitter.flush()];
  } finally {
    await copy.close();
  }
};

/** How far a log has been read. */
interface Place {
  readonly handle: FileHandle;
  readonly inode: number;
  at: number;
  /** What stood before `at`. */
  mark: Buffer;
}

/** Closes nothing. */
const placeAt = async (handle: FileHandle, at: number): Promise<Place> => {
  const length = Math.min(MARK_BYTES, at);
  return { handle, inode: (await handle.stat()).ino, at, mark: await readAt(handle, at - length, length) };
};

const isMarked = async (handle: FileHandle, { at, mark }: Place): Promise<boolean> =>
  mark.equals(await readAt(handle, at - mark.length, mark.length));

async function* readOn(place: Place): AsyncGenerator<Buffer> {
  for (;;) {
    const chunk = await readAt(place.handle, place.at, CHUNK_BYTES);
    if (chunk.length === 0) {
      return;
    }
    place.at += chunk.length;
    place.mark = Buffer.concat([place.mark, chunk]).subarray(-MARK_BYTES);
    yield Buffer.from(chunk);
  }
}

/** What a capped log had after this place: it lies in the copy. */
async function* readCopy(file: string, place: Place): AsyncGenerator<Buffer> {
  const copy = await openIfThere(`${file}.1`);
  if (copy === null) {
    return;
  }
  try {
    if (await isMarked(copy, place)) {
      yield* readOn(await placeAt(copy, place.at));
    }
  } finally {
    await copy.close();
  }
}

/** Everything that is added after a place, across the moves of the log, and when there is nothing more for now. */
async function* addedBytes(file: string, begin: Place | null): AsyncGenerator<Buffer | 'quiet'> {
  let place = begin;
  try {
    for (;;) {
      const handle = await openIfThere(file);
      if (handle !== null && (await handle.stat()).ino === place?.inode) {
        await handle.close();
      } else if (handle !== null) {
        if (place !== null) {
          // It was moved away: the rest of what was read so far comes first.
          yield* readOn(place);
          await place.handle.close();
        }
        place = await placeAt(handle, 0);
      }
      if (place !== null) {
        if (!(await isMarked(place.handle, place))) {
          yield* readCopy(file, place);
          place.at = 0;
          place.mark = Buffer.alloc(0);
        }
        yield* readOn(place);
      }
      yield 'quiet';
    }
  } finally {
    await place?.handle.close();
  }
}

export interface LogReading {
  /** Oldest first, the part that was moved away among them. */
  readonly lines: readonly string[];
  /** Lines that are added afterwards, until the signal aborts, whether the log is there already or not. */
  follow(signal: AbortSignal): AsyncGenerator<string>;
}

/**
 * The last lines of a log, and whatever follows them.
 * @param isFollowed a last line without an end waits for it; whoever asks must then follow to the end
 */
export const readLog = async (file: string, count: number, isFollowed: boolean): Promise<LogReading> => {
  const handle = await openIfThere(file);
  const splitter = createSplitter();
  const size = handle === null ? 0 : (await handle.stat()).size;
  const { start, missing } = handle === null ? { start: 0, missing: count } : await findStart(handle, size, count);
  const lines = handle === null ? [] : await readLines(handle, start, size, splitter);
  const place = handle !== null && isFollowed ? await placeAt(handle, size) : null;
  if (place === null) {
    await handle?.close();
  }
  return {
    lines: [...(await linesOfCopy(file, missing)), ...lines, ...(isFollowed ? [] : splitter.flush())],
    follow: async function* (signal) {
      for await (const added of addedBytes(file, place)) {
        if (signal.aborted) {
          return;
        }
        if (added === 'quiet') {
          await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
        } else {
          yield* splitter.push(added);
        }
      }
    },
  };
};
