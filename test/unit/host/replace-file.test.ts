import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { exists } from '../../../host/files/file-errors.ts';
import { replaceFile } from '../../../host/files/replace-file.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder = '';

beforeEach(async () => {
  folder = await temporaryFolder('tt-exp-files-');
});

describe('host/files', () => {
  it('a writer that fails leaves the earlier file, and nothing beside it', async () => {
    const file = join(folder, 'a.json');
    await writeFile(file, 'old');
    const failing = replaceFile(file, async (temporary) => {
      await writeFile(temporary, 'half');
      throw new Error('no more');
    });
    await expect(failing).rejects.toThrow('no more');
    expect(await readdir(folder)).toEqual(['a.json']);
    expect(await readFile(file, 'utf8')).toBe('old');
    await replaceFile(file, (temporary) => writeFile(temporary, 'new'));
    expect(await readdir(folder)).toEqual(['a.json']);
    expect(await readFile(file, 'utf8')).toBe('new');
  });

  it('host/files/file-errors: a name that is too long, or below a file, does not exist', async () => {
    await writeFile(join(folder, 'file'), '');
    expect(await exists(join(folder, 'file'))).toBe(true);
    expect(await exists(join(folder, 'file', 'below'))).toBe(false);
    expect(await exists(join(folder, 'x'.repeat(300)))).toBe(false);
  });

  it('host/files/file-errors: what cannot be told is thrown, not taken for missing', async () => {
    await symlink('loop', join(folder, 'loop'));
    await expect(exists(join(folder, 'loop'))).rejects.toMatchObject({ code: 'ELOOP' });
  });
});
