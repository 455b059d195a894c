/** A file of records, one a line, as one of the processes that append to it sees it. */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isFileError } from '../../host/files/file-errors.ts';
import { makeFolder } from '../../host/files/make-folder.ts';
import { syncToDisk } from '../../host/files/replace-file.ts';
import type { LineFormat } from './line-format.ts';

/** Parsed between two turns of the event loop: a few milliseconds. */
const CHUNK_BYTES = 128 * 1024;
const LINE_END = 0x0a;

/** Below the folder of a served model. */
export const EVENTS_FILE = 'events.ndjson';

type LogMode = 'append' | 'read';

export interface LogFile<Item> {
  /** Hands over the whole lines that were added since the last call, by whomever. */
  readAdded(onRecord: (record: Item) => void): Promise<void>;
  /** Lines that were no records so far. */
  damagedLines(): number;
  /**
   * Throws what the file system throws where it refuses to open the file for appending. One that was opened to be read is
   * opened anew: its disk may take lines by now.
   */
  admitLines(): Promise<void>;
  /** False while it is only read. */
  takesLines(): boolean;
  /** Returns once they are on the disk, and so is everything before them. Throws what the file system throws. */
  append(records: readonly Item[]): Promise<void>;
  /** False once another file has taken its place: what was appended since may be in neither. */
  isCurrent(): Promise<boolean>;
  /** True while it has as many names as when it was opened, whatever they are. */
  hasKeptNames(): Promise<boolean>;
  /** True once it is shorter than what was read of it: it was cut in place, and what was written since was not read. */
  isCut(): Promise<boolean>;
  close(): Promise<void>;
}

/** Creates the file where there is none. Throws what the file system throws. */
const openToAppend = async (path: string): Promise<FileHandle> => {
  await makeFolder(dirname(path));
  const handle = await open(path, 'a+', 0o600);
  try {
    // A new file's name must outlive a loss of power as its content does.
    await syncToDisk(dirname(path));
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
};

/** null where there is none. Throws what the file system throws. */
const openToRead = async (path: string): Promise<FileHandle | null> => {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (isFileError(error, 'ENOENT')) {
      return null;
    }
    throw error;
  }
};

const closingOnError = async <Item>(path: string, handle: FileHandle, mode: LogMode, lines: LineFormat<Item>) => {
  try {
    return await logFileOf(path, handle, mode, lines);
  } catch (error) {
    await handle.close();
    throw error;
  }
};

/** Creates the file where there is none. Throws what the file system throws. */
export const openLogFile = async <Item>(path: string, lines: LineFormat<Item>): Promise<LogFile<Item>> =>
  closingOnError(path, await openToAppend(path), 'append', lines);

/** The same, but a file that takes no lines, as on a read-only disk, is opened to be read, until it takes them. */
export const openLogFileAsItIs = async <Item>(path: string, lines: LineFormat<Item>): Promise<LogFile<Item>> => {
  try {
    return await openLogFile(path, lines);
  } catch (error) {
    const handle = await openToRead(path);
    if (handle === null) {
      throw error;
    }
    return closingOnError(path, handle, 'read', lines);
  }
};

/** Every record of a file that is only read; none where there is no file. Throws what the file system throws. */
export const readLogFile = async <Item>(
  path: string,
  lines: LineFormat<Item>,
  onRecord: (record: Item) => void,
): Promise<void> => {
  const handle = await openToRead(path);
  if (handle !== null) {
    const file = await closingOnError(path, handle, 'read', lines);
    try {
      await file.readAdded(onRecord);
    } finally {
      await file.close();
    }
  }
};

const logFileOf = async <Item>(
  path: string,
  opened: FileHandle,
  openedTo: LogMode,
  { parse, formatBatch }: LineFormat<Item>,
): Promise<LogFile<Item>> => {
  const { dev, ino, nlink: names } = await opened.stat({ bigint: true });
  let handle = opened;
  let mode = openedTo;
  let position = 0;
  let begun = Buffer.alloc(0);
  let damaged = 0;
  /** Whole lines: decoded at once, which takes a fraction of the time of as many short pieces. */
  const take = (bytes: Buffer, onRecord: (record: Item) => void): void => {
    for (const line of bytes.toString('utf8').split('\n')) {
      const record = line === '' ? null : parse(line);
      if (record !== null) {
        onRecord(record);
      } else if (line !== '') {
        damaged += 1;
      }
    }
  };
  const admitLines = async (): Promise<void> => {
    if (mode === 'read') {
      const writable = await openToAppend(path);
      const named = await writable.stat({ bigint: true });
      if (named.dev !== dev || named.ino !== ino) {
        await writable.close();
        throw new Error(`${path}: another file has taken the name`);
      }
      const readable = handle;
      [handle, mode] = [writable, 'append'];
      await readable.close();
    }
  };
  const writeAll = async (bytes: Buffer): Promise<void> => {
    // A disk that is nearly full takes a part, and says so only when asked for the rest.
    for (let at = 0; at < bytes.length; ) {
      at += (await handle.write(bytes, at)).bytesWritten;
    }
  };
  return {
    readAdded: async (onRecord) => {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      for (;;) {
        const { bytesRead } = await handle.read(chunk, 0, CHUNK_BYTES, position);
        if (bytesRead === 0) {
          return;
        }
        position += bytesRead;
        const bytes = Buffer.concat([begun, chunk.subarray(0, bytesRead)]);
        // Behind the last line end; no character of UTF-8 has that byte in it.
        const end = bytes.lastIndexOf(LINE_END) + 1;
        take(bytes.subarray(0, end), onRecord);
        begun = bytes.subarray(end);
      }
    },
    damagedLines: () => damaged,
    admitLines,
    takesLines: () => mode === 'append',
    append: async (records) => {
      await admitLines();
      if (records.length > 0) {
        await writeAll(formatBatch(records));
      }
      await handle.datasync();
    },
    isCurrent: async () => {
      try {
        const named = await stat(path, { bigint: true });
        return named.dev === dev && named.ino === ino;
      } catch (error) {
        if (isFileError(error, 'ENOENT')) {
          return false;
        }
        throw error;
      }
    },
    hasKeptNames: async () => (await handle.stat()).nlink >= names,
    isCut: async () => (await handle.stat()).size < position,
    close: () => handle.close(),
  };
};
