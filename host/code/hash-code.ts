import { createHash, type Hash } from 'node:crypto';

/** sha256 over names and contents in the order given, to be finished by the caller. */
export const hashCode = (files: Iterable<readonly [name: string, content: string | Buffer]>): Hash => {
  const hash = createHash('sha256');
  for (const [name, content] of files) {
    hash.update(name).update('\0').update(content).update('\0');
  }
  return hash;
};
