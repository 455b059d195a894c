/** The name of an experiment that is called after a file. */
import { basename } from 'node:path';

const MOST_CHARACTERS = 64;

/** What `name` may hold of the file's name without its extension; `otherwise` where that is nothing. */
export const nameOfFile = (file: string, otherwise: string): string => {
  const name = basename(file)
    .replace(/\.[a-z]+$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9._]+/g, '-')
    .replace(/^[^a-z0-9]+|-+$/g, '');
  return name === '' ? otherwise : name.slice(0, MOST_CHARACTERS);
};
