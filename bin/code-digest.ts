/** Digests of the code on disk, in the form in which it runs. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What decides a trial's result: a change of it makes cached trials unusable. */
const TRAINING_ROOMS = ['models'];

/** What a worker and its children run. */
const WORKER_ROOMS = [
  ...TRAINING_ROOMS,
  ...['activities', 'bin', 'client', 'config', 'contracts', 'pipeline', 'policy', 'reports', 'services', 'tracking'],
  'workflows',
];

const isCode = (name: string): boolean => /\.(js|cjs|ts|sql)$/.test(name) && !name.endsWith('.d.ts');

interface CodeFile {
  readonly name: string;
  readonly path: string;
}

const filesOf = async (rooms: readonly string[], isWanted: (name: string) => boolean): Promise<readonly CodeFile[]> => {
  const files: CodeFile[] = [];
  for (const room of rooms) {
    const folder = fileURLToPath(new URL(`../${room}/`, import.meta.url));
    const names = (await readdir(folder, { recursive: true })).filter(isWanted).sort();
    files.push(...names.map((name) => ({ name, path: join(folder, name) })));
  }
  return files;
};

const digest = async (files: readonly CodeFile[]): Promise<string> => {
  const hash = createHash('sha256');
  for (const { name, path } of files) {
    hash
      .update(name)
      .update('\0')
      .update(await readFile(path))
      .update('\0');
  }
  return hash.digest('hex');
};

/** sha256 over names and contents of the training rooms' modules. */
export const digestTrainingCode = async (): Promise<string> =>
  digest(await filesOf(TRAINING_ROOMS, (name) => isCode(name) && !name.endsWith('.sql')));

/** The same of everything that a worker runs; and `stamp`, which is cheap and tells whether to look again. */
export const workerCode = {
  digest: async (): Promise<string> => digest(await filesOf(WORKER_ROOMS, isCode)),
  stamp: async (): Promise<string> => {
    const parts: string[] = [];
    for (const { path } of await filesOf(WORKER_ROOMS, isCode)) {
      const { size, mtimeMs } = await stat(path);
      parts.push(`${path} ${size} ${mtimeMs}`);
    }
    return parts.join('\n');
  },
};
