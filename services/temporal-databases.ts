/**
 * Every database that the embedded Temporal of a home has had, by namespace. An earlier one is not out of reach but
 * gone: the home holds one database file. A copy of the home must not think so of the original's database, hence the
 * list counts only in the folder that it was written for.
 */
import { stat } from 'node:fs/promises';
import { isObject } from '../contracts/is-object.ts';
import { readJsonFile, writeJsonFile } from '../host/files/json-file.ts';
import { homeLayout } from '../host/home-layout.ts';

export interface CurrentDatabase {
  readonly namespace: string;
  readonly id: string;
}

const textsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/** Not its path: a folder may be moved, and mounted at another place. */
const folderIdentity = async (folder: string): Promise<string> => {
  const { ino, birthtimeMs } = await stat(folder);
  return `${ino}-${birthtimeMs}`;
};

/** Ids before the current one, which is noted as the newest. */
export const earlierDatabases = async (
  homeFolder: string,
  { namespace, id }: CurrentDatabase,
): Promise<readonly string[]> => {
  const file = homeLayout(homeFolder).temporalDatabasesFile;
  const home = await folderIdentity(homeFolder);
  const value = await readJsonFile(file);
  const noted = isObject(value) && value.home === home && isObject(value.ids) ? value.ids : {};
  const known = textsIn(noted[namespace]);
  if (!known.includes(id)) {
    await writeJsonFile(file, { format: 1, home, ids: { ...noted, [namespace]: [...known, id] } });
  }
  return known.filter((other) => other !== id);
};
