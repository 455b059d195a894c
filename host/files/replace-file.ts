/** Files that exist whole or not at all: written beside their place, flushed to the disk, renamed. */
import { randomUUID } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';

/** Waits until a file or folder is on the disk: a rename may outlive a power cut that the data does not. */
export const syncToDisk = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Of the name that a file has while it is written. */
export const TEMPORARY_ENDING = /^\.\d+-[0-9a-f]{8}\.tmp$/;

const temporaryBeside = (file: string): string => `${file}.${process.pid}-${randomUUID().slice(0, 8)}.tmp`;

/** Whatever fails, the earlier file stays, and the error of the file system comes through. @param fill writes the file */
export const replaceFile = async (file: string, fill: (temporary: string) => Promise<void>): Promise<void> => {
  const temporary = temporaryBeside(file);
  try {
    await fill(temporary);
    await syncToDisk(temporary);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
};

/** The same for a file that must not be there yet. Throws the file system's EEXIST where it is. */
export const createFile = async (file: string, fill: (temporary: string) => Promise<void>): Promise<void> => {
  const temporary = temporaryBeside(file);
  try {
    await fill(temporary);
    await syncToDisk(temporary);
    // A rename would replace what somebody has written meanwhile.
    await link(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
};
