/** The experiment online of a registered model, as every server of the home sees it. */
import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import { isObject } from '../../contracts/is-object.ts';
import { ONLINE_MODES, type OnlineArm, type OnlineExperiment } from '../../contracts/online-experiment.ts';
import { isFileError } from '../../host/files/file-errors.ts';
import { readJsonFile, readWholeJsonFile } from '../../host/files/json-file.ts';
import { makeFolder } from '../../host/files/make-folder.ts';
import { createFile, syncToDisk } from '../../host/files/replace-file.ts';

/** Below the folder of a served model. */
export const DEFINITION_FILE = 'online-experiment.json';

/** Beside a definition: names the experiment that servers have found void, until its definition is removed. */
export const voidFileOf = (definitionFile: string): string => join(dirname(definitionFile), 'void-experiment.json');

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const isArm = (value: unknown): value is OnlineArm => isObject(value) && isText(value.version) && isText(value.run_id);

/** Whether a value is the definition of an experiment, such as servers read. */
export const isDefinition = (value: unknown): value is OnlineExperiment => {
  if (!isObject(value)) {
    return false;
  }
  const { format, id, model, mode, share, champion, challenger, started_at, attribution_hours } = value;
  return (
    format === 1 &&
    isText(id) &&
    isText(model) &&
    ONLINE_MODES.some((known) => known === mode) &&
    typeof share === 'number' &&
    share > 0 &&
    (mode === 'split' ? share < 1 : share <= 1) &&
    isArm(champion) &&
    isArm(challenger) &&
    isText(started_at) &&
    !Number.isNaN(Date.parse(started_at)) &&
    typeof attribution_hours === 'number' &&
    attribution_hours > 0
  );
};

const noDefinition = (file: string): TtExpError =>
  new TtExpError('CONFIG_INVALID', `${file}: is no definition of an experiment online of format 1`, {
    hint: 'Remove the file, and begin the experiment anew with `tt-exp ab start`.',
  });

/** null where there is none. Throws CONFIG_INVALID for a file that is none, and what the file system throws. */
export const readDefinition = async (file: string): Promise<OnlineExperiment | null> => {
  let value: unknown;
  try {
    value = await readJsonFile(file);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) {
      throw cause;
    }
    value = null;
  }
  if (value === undefined) {
    return null;
  }
  if (!isDefinition(value)) {
    throw noDefinition(file);
  }
  return value;
};

/**
 * One at a time: returns the definition that is there now, which is another one where somebody came first. Throws as
 * `readDefinition` does, and CONFIG_INVALID, without a file, for an experiment that no server would take part in.
 */
export const createDefinition = async (file: string, experiment: OnlineExperiment): Promise<OnlineExperiment> => {
  if (!isDefinition(experiment)) {
    throw new TtExpError(
      'CONFIG_INVALID',
      `experiment online: got ${JSON.stringify(experiment)}, expected a definition`,
      {
        hint: 'In a split the share is above 0 and below 1, otherwise above 0 and at most 1.',
      },
    );
  }
  await makeFolder(dirname(file));
  try {
    await createFile(file, (temporary) =>
      writeFile(temporary, `${JSON.stringify(experiment, null, 2)}\n`, { mode: 0o600 }),
    );
    await syncToDisk(dirname(file));
  } catch (error) {
    if (!isFileError(error, 'EEXIST')) {
      throw error;
    }
  }
  return (await readDefinition(file)) ?? createDefinition(file, experiment);
};

/** Whose files they are, or that they lead nowhere, does not keep anybody from removing them. */
const REMOVABLE_UNREAD = ['EACCES', 'EPERM', 'ELOOP'];

/** The experiment that was found void; null where the file names none, or may not be read: then no server goes by it either. */
const voidIn = async (file: string): Promise<unknown> => {
  try {
    const value = await readWholeJsonFile(file);
    return isObject(value) ? value.experiment_id : null;
  } catch (error) {
    if (isFileError(error, ...REMOVABLE_UNREAD)) {
      return null;
    }
    throw error;
  }
};

/** Nobody asks any more why it was void. What the file says of another experiment stays. */
const forgetVoid = async (file: string, experimentId: string): Promise<void> => {
  const named = await voidIn(file);
  if (named === null || named === experimentId) {
    await rm(file, { force: true });
  }
};

/** What is gone from the folder stays gone after a loss of power. */
const keepRemoval = async (folder: string): Promise<void> => {
  try {
    await syncToDisk(folder);
  } catch (error) {
    if (!isFileError(error, 'ENOENT')) {
      throw error;
    }
  }
};

/**
 * Only that of this experiment, or a broken one, and that it was void; another one stays. Throws what the file system
 * throws: then the definition is there as before, or gone for good, and only what says that it was void is left.
 */
export const removeDefinition = async (file: string, experimentId: string): Promise<void> => {
  let defined: OnlineExperiment | null;
  try {
    defined = await readDefinition(file);
  } catch (error) {
    if (!(error instanceof TtExpError)) {
      throw error;
    }
    defined = null;
  }
  if (defined !== null && defined.id !== experimentId) {
    return;
  }
  await rm(file, { force: true });
  await keepRemoval(dirname(file));
  // Only now: a server that looks in between, or after a loss of power, must not find it defined and nothing against it.
  await forgetVoid(voidFileOf(file), experimentId);
};
