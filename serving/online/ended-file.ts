/** The last experiment that `serve --ab` began and a person has ended, in the folder of its model. Servers do not read it. */
import { TtExpError } from '../../contracts/errors.ts';
import { isObject } from '../../contracts/is-object.ts';
import type { EndedOnline } from '../../contracts/online-steps.ts';
import { readWholeJsonFile, writeJsonFile } from '../../host/files/json-file.ts';
import { isDefinition } from './definition-file.ts';

/** Below the folder of a served model. */
export const ENDED_FILE = 'ended-experiment.json';

const isEnded = (value: unknown): value is EndedOnline =>
  isObject(value) &&
  value.format === 1 &&
  isDefinition(value.experiment) &&
  typeof value.ended_at === 'string' &&
  typeof value.reason === 'string' &&
  (value.measured === null || (isObject(value.measured) && isObject(value.measured.report)));

/** null where there is none. Throws CONFIG_INVALID for a file that is none, and what the file system throws. */
export const readEnded = async (file: string): Promise<EndedOnline | null> => {
  const value = await readWholeJsonFile(file);
  if (value === undefined) {
    return null;
  }
  if (!isEnded(value)) {
    throw new TtExpError('CONFIG_INVALID', `${file}: is no ended experiment online of format 1`, {
      hint: 'Remove the file: it only says how the last experiment of `serve --ab` ended.',
    });
  }
  return value;
};

/** In place of the one before it. Throws what the file system throws. */
export const writeEnded = (file: string, ended: EndedOnline): Promise<void> => writeJsonFile(file, ended);
