/** What a worker and its children run: the code on disk, in the form in which it runs. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOMS = [
  ...['activities', 'bin', 'client', 'config', 'contracts', 'models', 'pipeline', 'policy', 'reports', 'services'],
  ...['tracking', 'workflows'],
];

const isCode = (name: string): boolean => /\.(js|cjs|ts|sql)$/.test(name) && !name.endsWith('.d.ts');

/** Paths by names relative to their room. */
const listFiles = async (): Promise<readonly (readonly [name: string, path: string])[]> => {
  const perRoom = await Promise.all(
    ROOMS.map(async (room) => {
      const folder = fileURLToPath(new URL(`../${room}/`, import.meta.url));
      const names = (await readdir(folder, { recursive: true })).filter(isCode).sort();
      return names.map((name) => [name, join(folder, name)] as const);
    }),
  );
  return perRoom.flat();
};

/** sha256 over names and contents; and `stamp`, which is cheap and tells whether to look again. */
export const workerCode = {
  digest: async (): Promise<string> => {
    const hash = createHash('sha256');
    for (const [name, path] of await listFiles()) {
      hash
        .update(name)
        .update('\0')
        .update(await readFile(path))
        .update('\0');
    }
    return hash.digest('hex');
  },
  stamp: async (): Promise<string> => {
    const parts: string[] = [];
    for (const [, path] of await listFiles()) {
      const { size, mtimeMs } = await stat(path);
      parts.push(`${path} ${size} ${mtimeMs}`);
    }
    return parts.join('\n');
  },
};
