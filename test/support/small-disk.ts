import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  readonly folder: string;
  /** Leaves no free byte, nor any at the end of these files. */
  fill(files?: readonly string[]): void;
  /** Undoes `fill`. */
  free(): void;
  dispose(): void;
}

const appendUntilFull = (file: string): void => {
  const fd = openSync(file, 'a');
  try {
    for (const size of [1 << 20, 1 << 12, 1]) {
      try {
        for (;;) {
          if (writeSync(fd, Buffer.alloc(size, '.')) < size) {
            break;
          }
        }
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) {
          throw error;
        }
      }
    }
  } finally {
    closeSync(fd);
  }
};

/**
 * Makes a folder read-only, for root too, until what it returns is called; null where this user may not (root on Linux
 * may). Files that are open for writing stay so.
 */
export const makeReadOnly = (folder: string): (() => void) | null => {
  const run = (...args: readonly string[]): void => {
    execFileSync(args[0] ?? '', args.slice(1), { stdio: 'ignore' });
  };
  try {
    run('mount', '--bind', folder, folder);
  } catch {
    return null;
  }
  const undo = (): void => run('umount', '--lazy', folder);
  try {
    run('mount', '-o', 'remount,ro,bind', folder);
  } catch (error) {
    undo();
    throw error;
  }
  return undo;
};

/** A file system of this size in memory; null where this user may not mount one (root on Linux may). */
export const mountSmallDisk = (megabytes: number): SmallDisk | null => {
  const folder = mkdtempSync(join(tmpdir(), 'tt-exp-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    rmSync(folder, { recursive: true });
    return null;
  }
  const ballast = join(folder, 'ballast');
  return {
    folder,
    fill: (files = []) => {
      for (const file of [ballast, ...files]) {
        appendUntilFull(file);
      }
    },
    free: () => rmSync(ballast, { force: true }),
    dispose: () => {
      execFileSync('umount', ['--lazy', folder]);
      rmSync(folder, { recursive: true });
    },
  };
};
