import { readFileSync } from 'node:fs';
import { TtExpError } from '../contracts/errors.ts';

/** The file that the variable names. Throws ENVIRONMENT_INVALID where it cannot be read, or is none. */
export const readPem = (variable: string, file: string): Buffer => {
  const refuse = (got: string, cause?: unknown): TtExpError =>
    new TtExpError('ENVIRONMENT_INVALID', `${variable}: got ${got} at ${file}, expected a PEM file`, {
      hint: `Correct ${variable}: a path that this process can read, with a text that begins with -----BEGIN.`,
      ...(cause === undefined ? {} : { cause }),
    });
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch (cause) {
    throw refuse((cause as NodeJS.ErrnoException).code ?? 'an error', cause);
  }
  if (!content.includes('-----BEGIN')) {
    throw refuse('another kind of file');
  }
  return content;
};
