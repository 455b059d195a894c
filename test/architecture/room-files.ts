/** The rooms' source files, for tests that look at all of them. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

export const ROOMS = [
  'activities',
  'bin',
  'client',
  'compute',
  'config',
  'contracts',
  'host',
  'local',
  'models',
  'pipeline',
  'policy',
  'registry',
  'reports',
  'services',
  'serving',
  'tracking',
  'ui-cli',
  'workflows',
] as const;

/** AssemblyScript, which has rules of its own. */
const ASSEMBLY = 'models/kernels/assembly/';

/** Paths of every .ts and .tsx file of the rooms that exist, relative to the repository, with forward slashes. */
export const listRoomFiles = async (): Promise<readonly string[]> => {
  const perRoom = await Promise.all(
    ROOMS.filter((room) => existsSync(join(REPOSITORY, room))).map(async (room) => {
      const entries = await readdir(join(REPOSITORY, room), { recursive: true });
      return entries
        .map((entry) => `${room}/${entry.replaceAll('\\', '/')}`)
        .filter((path) => /\.tsx?$/.test(path) && !path.includes('node_modules/') && !path.startsWith(ASSEMBLY));
    }),
  );
  return perRoom.flat().sort();
};
