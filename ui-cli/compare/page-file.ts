/** Where a page is to be written: looked at before the work whose result it shows. */
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (details) => details.isDirectory(),
    () => false,
  );

/** The absolute path. Throws USAGE where no file can be. */
export const pageFile = async (option: string, given: string): Promise<string> => {
  const file = resolve(given);
  const what = `${option}: got ${JSON.stringify(given)}`;
  if (await isFolder(file)) {
    throw new TtExpError('USAGE', `${what}, which is a folder, expected a file`, {
      hint: `For example: ${option} comparison.html`,
    });
  }
  if (!(await isFolder(dirname(file)))) {
    throw new TtExpError('USAGE', `${what}, whose folder does not exist, expected a file in a folder that does`, {
      hint: `Create ${dirname(file)}, or choose another file.`,
    });
  }
  return file;
};
