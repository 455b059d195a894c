import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { exists } from '../../../host/files/file-errors.ts';
import { makeFolder } from '../../../host/files/make-folder.ts';
import type { ArtifactReader } from '../../../registry/ports.ts';
import { pullModel } from '../../../registry/pull-model.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const RUN = 'r'.repeat(32);
const WEIGHTS = 'weights';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** One run with a whole model. @param act before the encoder, the last file, is fetched */
const tracking = (act: () => Promise<void> = async () => undefined): ArtifactReader => {
  const artifacts: Readonly<Record<string, string>> = {
    'model/manifest.json': JSON.stringify({ files: { 'weights.bin': sha256(WEIGHTS) } }),
    'model/weights.bin': WEIGHTS,
    'encoder.json': '{}',
  };
  return {
    listArtifacts: async () => ['manifest.json', 'weights.bin'],
    getArtifactFile: async (_run, path, file) => {
      if (path === 'encoder.json') {
        await act();
      }
      await writeFile(file, artifacts[path] ?? '');
      return artifacts[path] !== undefined;
    },
  };
};

describe('registry/pull-model', () => {
  let base = '';
  let folder = '';

  beforeEach(async () => {
    base = await temporaryFolder('tt-exp pull ');
    folder = join(base, 'copy');
  });

  const pull = (change: Partial<Parameters<typeof pullModel>[1]> = {}, reader = tracking()) =>
    pullModel(reader, { runId: RUN, folder, isForced: false, keeps: [], ...change });

  const refused = (what: RegExp, code = 'USAGE') => ({
    code,
    message: expect.stringMatching(what),
    hint: expect.any(String),
  });

  test('a new folder, below others that are made, and an empty one take a model', async () => {
    const deep = join(base, 'a', 'b');
    expect(await pull({ folder: deep })).toBe(deep);
    await mkdir(folder);
    await pull();
    for (const one of [deep, folder]) {
      expect(await readFile(join(one, 'model', 'weights.bin'), 'utf8')).toBe(WEIGHTS);
      expect((await readdir(one)).sort()).toEqual(['encoder.json', 'model']);
      expect(await readdir(dirname(one))).not.toContainEqual(expect.stringMatching(/^\./));
    }
  });

  test('an earlier copy is replaced only with --force', async () => {
    await pull();
    await expect(pull()).rejects.toMatchObject(refused(/holds a model/));
    await writeFile(join(folder, 'model', 'weights.bin'), 'old');
    await pull({ isForced: true });
    expect(await readFile(join(folder, 'model', 'weights.bin'), 'utf8')).toBe(WEIGHTS);
    expect(await readdir(base)).toEqual(['copy']);
  });

  test('whatever else lies there is never removed', async () => {
    await mkdir(folder);
    await writeFile(join(folder, 'thesis.txt'), 'x');
    await expect(pull({ isForced: true })).rejects.toMatchObject(refused(/holds no model/));
    const beside = join(base, 'beside');
    await pull({ folder: beside });
    await writeFile(join(beside, 'model', 'notes.txt'), 'x');
    await symlink(base, join(beside, 'link'));
    await expect(pull({ folder: beside, isForced: true })).rejects.toMatchObject(
      refused(/holds other files beside a model: link, model\/notes\.txt$/),
    );
    expect(await exists(join(folder, 'thesis.txt'))).toBe(true);
    expect(await exists(join(beside, 'model', 'notes.txt'))).toBe(true);
    await writeFile(join(base, 'file'), 'x');
    await expect(pull({ folder: join(base, 'file'), isForced: true })).rejects.toMatchObject(refused(/not a folder/));
  });

  test('what is put there while the model is fetched is kept', async () => {
    await pull();
    const late = tracking(() => writeFile(join(folder, 'late.txt'), 'x'));
    await expect(pull({ isForced: true }, late)).rejects.toMatchObject(refused(/copy holds other files.*late\.txt/));
    expect((await readdir(folder)).sort()).toEqual(['encoder.json', 'late.txt', 'model']);
    expect(await readdir(base)).toEqual(['copy']);
  });

  test('a link is refused, and so is a folder that the command works in', async () => {
    await pull();
    const link = join(base, 'link');
    await symlink(folder, link);
    await expect(pull({ folder: link, isForced: true })).rejects.toMatchObject(refused(/is a link to .*copy/));
    for (const kept of [folder, join(folder, 'model'), join(link, 'model')]) {
      await expect(pull({ isForced: true, keeps: [kept] })).rejects.toMatchObject(refused(/where this command works/));
    }
    await pull({ isForced: true, keeps: [base, join(base, 'copy-2')] });
  });

  test('below a link the copy is named by its real place', async () => {
    await mkdir(join(base, 'real'));
    await symlink(join(base, 'real'), join(base, 'link'));
    expect(await pull({ folder: join(base, 'link', 'copy') })).toBe(join(base, 'real', 'copy'));
  });

  test.runIf(process.platform === 'linux').each(['/proc/x', '/proc/x/y', '/dev/null/x'])(
    '%s cannot be written: an error at once',
    async (place) => {
      await expect(pull({ folder: place })).rejects.toMatchObject(
        refused(/^--to: \/\w+\/.*cannot be written/, 'ENVIRONMENT_INVALID'),
      );
    },
  );

  test('host/files/make-folder: makes those above too, leaves what there is, and takes no file for a folder', async () => {
    const deep = join(base, 'a', 'b');
    await makeFolder(deep, 0o700);
    await makeFolder(deep);
    await writeFile(join(base, 'file'), 'x');
    await expect(makeFolder(join(base, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeFolder(join(base, 'file', 'x'))).rejects.toMatchObject({ code: 'ENOTDIR' });
    await symlink(join(base, 'gone'), join(base, 'dangling'));
    await expect(makeFolder(join(base, 'dangling', 'x'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
