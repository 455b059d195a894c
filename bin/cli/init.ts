/** Writing a config for somebody, beside files that are theirs. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import { exists, isFileError } from '../../host/files/file-errors.ts';
import { createFile, replaceFile } from '../../host/files/replace-file.ts';
import type { InitRuntime } from '../../ui-cli/init/init-runtime.ts';

const alreadyThere = (file: string): TtExpError =>
  new TtExpError('USAGE', `${file} already exists`, {
    hint: 'Choose another file with --to, or replace it with --force. Nothing was written.',
  });

const notWritable = (file: string, cause: unknown): TtExpError =>
  new TtExpError('USAGE', `--to: ${file} cannot be written (${(cause as Error).message})`, {
    hint: 'Choose a file in a folder that you may write to, with --to. Nothing was written.',
    cause,
  });

const NOT_WRITABLE = ['EACCES', 'EEXIST', 'EISDIR', 'ENOTDIR', 'EPERM', 'EROFS', 'ENAMETOOLONG'];

export const refuseConfig: InitRuntime['refuseConfig'] = async (file, isForced) => {
  if (!isForced && (await exists(file))) {
    throw alreadyThere(file);
  }
};

export const writeConfig: InitRuntime['writeConfig'] = async (file, text, isForced) => {
  const fill = (temporary: string): Promise<void> => writeFile(temporary, text);
  try {
    await mkdir(dirname(file), { recursive: true });
    await (isForced ? replaceFile : createFile)(file, fill);
  } catch (error) {
    if (!isForced && isFileError(error, 'EEXIST') && (await exists(file))) {
      throw alreadyThere(file);
    }
    throw isFileError(error, ...NOT_WRITABLE) ? notWritable(file, error) : error;
  }
};
