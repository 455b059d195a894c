import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isFileError } from './file-errors.ts';
import { replaceFile } from './replace-file.ts';

/** Readable by its owner only. Throws what the file system throws. */
export const writeJsonFile = async (file: string, value: unknown): Promise<void> => {
  await mkdir(dirname(file), { recursive: true });
  await replaceFile(file, (temporary) => writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 }));
};

/** The parsed content, or undefined where there is no such file. Throws SyntaxError on text that is not JSON. */
export const readJsonFile = async (file: string): Promise<unknown> => {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (isFileError(error, 'ENOENT')) {
      return undefined;
    }
    throw error;
  }
  return JSON.parse(text);
};

/** The same, and undefined too for text that is not JSON: a file that its owner writes anew, cut by a loss of power. */
export const readWholeJsonFile = async (file: string): Promise<unknown> => {
  try {
    return await readJsonFile(file);
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
};
