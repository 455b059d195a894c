/** Which bundle was served last: what a server begins with that cannot ask MLflow. */
import { isObject } from '../../contracts/is-object.ts';
import { readWholeJsonFile, writeJsonFile } from '../../host/files/json-file.ts';

/** In the folder of a served model. */
export const POINTER_FILE = 'current.json';

export interface LastGood {
  readonly bundle: string;
  /** Version of the registered model. */
  readonly version: string;
  /** Of the version: a model that was deleted and registered anew has its numbers again. */
  readonly runId: string;
}

/** null for what is none. */
export const pointerOf = (value: unknown): LastGood | null => {
  if (!isObject(value)) {
    return null;
  }
  const { bundle, version, run_id } = value;
  return typeof bundle === 'string' &&
    /^[0-9a-f]{8,64}$/.test(bundle) &&
    typeof version === 'string' &&
    typeof run_id === 'string'
    ? { bundle, version, runId: run_id }
    : null;
};

/** null where there is none, or one that cannot be read: it is written anew with the next bundle. */
export const readPointer = async (file: string): Promise<LastGood | null> => pointerOf(await readWholeJsonFile(file));

/** Throws what the file system throws. */
export const writePointer = ({ bundle, version, runId }: LastGood, file: string): Promise<void> =>
  writeJsonFile(file, { bundle, version, run_id: runId });
