import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { TtExpError } from '../../contracts/errors.ts';

export interface Requirements {
  readonly file: string;
  /** 16 hex digits over content, operating system and processor. */
  readonly digest: string;
  /** Pinned packages, some of them for other Python versions than ours. */
  readonly packageCount: number;
  /** Package to pinned version; of several versions the last one. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Reads a requirements file in which every line is pinned and hashed. Throws PROVISION_FAILED when it is not there. */
export const readRequirements = async (file: string): Promise<Requirements> => {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new TtExpError('PROVISION_FAILED', `${file}: not readable, expected the pinned list of Python packages`, {
      hint: 'Reinstall tt-exp: the file belongs to its package.',
      cause,
    });
  }
  const versions: Record<string, string> = {};
  for (const [, name, version] of text.matchAll(/^([A-Za-z0-9._-]+)==([^\s;\\]+)/gm)) {
    if (name !== undefined && version !== undefined) {
      versions[name] = version;
    }
  }
  const pins = text.replaceAll(/^#.*\n/gm, ''); // a changed comment installs nothing anew
  const digest = createHash('sha256')
    .update(`${pins}\0${process.platform}\0${process.arch}`)
    .digest('hex')
    .slice(0, 16);
  return { file, digest, packageCount: Object.keys(versions).length, versions };
};
