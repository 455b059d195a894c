import { copyFile, type FileHandle, mkdir, open, rename, rm, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isFileError } from '../files/file-errors.ts';

const ROTATE_AT_START_BYTES = 1024 * 1024;
const CAP_BYTES = 20 * 1024 * 1024;
const TAIL_BYTES = 64 * 1024;

const sizeOf = async (file: string): Promise<number> => {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (isFileError(error, 'ENOENT')) {
      return 0;
    }
    throw error;
  }
};

export interface OpenedLog {
  /** For the child's stdout and stderr; the caller closes it. `ignore` where the disk takes no log. */
  readonly output: number | 'ignore';
  /** Where this start's output begins. */
  readonly offsetBytes: number;
  close(): Promise<void>;
}

/** Opens a log for appending; what is long already moves to `<file>.1`, of which there is one. Never throws. */
export const openLog = async (file: string, header: string): Promise<OpenedLog> => {
  let handle: FileHandle | undefined;
  try {
    await mkdir(dirname(file), { recursive: true });
    if ((await sizeOf(file)) > ROTATE_AT_START_BYTES) {
      await rename(file, `${file}.1`);
    }
    handle = await open(file, 'a', 0o600);
    await handle.write(`${header}\n`);
  } catch {
    // A full disk: a service without the head of its log, or without any, is better than no service.
  }
  return {
    output: handle?.fd ?? 'ignore',
    offsetBytes: await sizeOf(file).catch(() => 0),
    close: async () => handle?.close(),
  };
};

/** Caps a log that a running process appends to: the old part moves to `<file>.1`, writing goes on at zero. */
export const capLog = async (file: string, capBytes = CAP_BYTES): Promise<boolean> => {
  if ((await sizeOf(file)) <= capBytes) {
    return false;
  }
  try {
    await copyFile(file, `${file}.1`);
  } catch (error) {
    await rm(`${file}.1`, { force: true });
    throw error;
  }
  await truncate(file, 0);
  return true;
};

/** The last non-empty lines written since `offsetBytes`, oldest first. Empty when there is no such file. */
export const tailLog = async (file: string, lineCount: number, offsetBytes = 0): Promise<readonly string[]> => {
  const size = await sizeOf(file);
  // A log that was capped since is shorter than the offset: then all of it is new.
  const from = Math.max(size - TAIL_BYTES, offsetBytes <= size ? offsetBytes : 0);
  if (size <= from) {
    return [];
  }
  const handle = await open(file, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
    return buffer
      .subarray(0, bytesRead)
      .toString('utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-lineCount);
  } finally {
    await handle.close();
  }
};
