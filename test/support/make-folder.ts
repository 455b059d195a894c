/** Folders for a while, for whoever ends them by hand; tests have `temporary-folder.ts`. Without vitest: benchmarks use it too. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An empty folder of its own, in `parent` or where this machine has its temporary files. */
export const makeFolder = (prefix: string, parent: string = tmpdir()): Promise<string> => mkdtemp(join(parent, prefix));

/** With all that is in it. Tried again for a while: a process that was just ended may still write. */
export const removeFolder = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });

export const withFolder = async <T>(use: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await makeFolder('tt-exp-test-');
  try {
    return await use(folder);
  } finally {
    await removeFolder(folder);
  }
};
