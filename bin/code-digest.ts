/** Digest of the code that decides a trial's result: a change of it makes cached trials unusable. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TRAINING_ROOMS = ['models'];

/** sha256 over names and contents of the training rooms' modules, in the form in which they run. */
export const digestTrainingCode = async (): Promise<string> => {
  const hash = createHash('sha256');
  for (const room of TRAINING_ROOMS) {
    const folder = fileURLToPath(new URL(`../${room}/`, import.meta.url));
    const names = (await readdir(folder, { recursive: true })).filter(
      (name) => /\.(js|ts)$/.test(name) && !name.endsWith('.d.ts'),
    );
    for (const name of names.sort()) {
      hash
        .update(name)
        .update('\0')
        .update(await readFile(join(folder, name)))
        .update('\0');
    }
  }
  return hash.digest('hex');
};
