import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publishFolder, sweepTemporary } from '../../../pipeline/store/publish-folder.ts';
import { filesOf, readManifestFile, verifyFiles } from '../../../pipeline/store/verify-folder.ts';
import { withFolder } from '../../support/make-folder.ts';

const publishIn = (root: string, fill: (folder: string) => Promise<object>) =>
  publishFolder({ folder: join(root, 'out', 'x'), temporaryFolder: join(root, 'tmp'), what: 'build x', fill });

describe('pipeline/publish-folder', () => {
  it('a published folder holds the files and a manifest with their digests', () =>
    withFolder(async (root) => {
      await publishIn(root, async (folder) => {
        await writeFile(join(folder, 'a.txt'), 'abc');
        return { rows: 1 };
      });
      const manifest = await readManifestFile(join(root, 'out', 'x'), ['rows']);
      // sha256 of "abc" is FIPS 180-2's own example.
      expect(manifest.files).toEqual({
        'a.txt': { sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', bytes: 3 },
      });
      expect(await readdir(join(root, 'tmp'))).toEqual([]);
    }));

  it('a failed fill leaves nothing behind', () =>
    withFolder(async (root) => {
      const failing = publishIn(root, async (folder) => {
        await writeFile(join(folder, 'a.txt'), 'half');
        throw new Error('stop');
      });
      await expect(failing).rejects.toThrow('stop');
      expect(await readdir(root)).toEqual(['tmp']);
      expect(await readdir(join(root, 'tmp'))).toEqual([]);
    }));

  it('of two at once one wins and both succeed', () =>
    withFolder(async (root) => {
      const fill = (text: string) => async (folder: string) => {
        await writeFile(join(folder, 'a.txt'), text);
        return {};
      };
      await Promise.all([publishIn(root, fill('one')), publishIn(root, fill('one'))]);
      expect(await readFile(join(root, 'out', 'x', 'a.txt'), 'utf8')).toBe('one');
      expect(await readdir(join(root, 'tmp'))).toEqual([]);
    }));

  it('no space left is DISK_FULL with a remedy', () =>
    withFolder(async (root) => {
      const full = publishIn(root, () => Promise.reject(Object.assign(new Error('write failed'), { code: 'ENOSPC' })));
      await expect(full).rejects.toMatchObject({ code: 'DISK_FULL', hint: expect.stringContaining('Free space') });
    }));

  it.each(['../outside.txt', '/etc/passwd', 'a/../../outside.txt', ''])(
    'pipeline/store/verify-folder: a manifest that lists "%s" is refused before anything is read',
    (name) => {
      const manifest = { files: { [name]: { sha256: '0'.repeat(64), bytes: 1 } } };
      expect(() => filesOf('/folder', manifest)).toThrow(
        expect.objectContaining({
          code: 'DATASET_CORRUPT',
          message: `/folder/manifest.json lists "${name}", which is not in its folder`,
        }),
      );
    },
  );

  it('the sweep removes what dead processes and old hosts left, and nothing else', () =>
    withFolder(async (root) => {
      const nowMs = Date.now();
      const names = {
        own: `${hostname()}~${process.pid}~a`,
        // Process ids end below 2^22: this one cannot be alive.
        dead: `${hostname()}~4194999~b`,
        elsewhere: 'other-host~1~c',
        oldElsewhere: 'other-host~1~d',
      };
      for (const name of Object.values(names)) {
        await mkdir(join(root, name));
      }
      const twoDaysAgo = nowMs / 1000 - 2 * 86_400;
      await utimes(join(root, names.oldElsewhere), twoDaysAgo, twoDaysAgo);
      await sweepTemporary(root, nowMs);
      expect((await readdir(root)).sort()).toEqual([names.own, names.elsewhere].sort());
    }));
});

describe('pipeline/verify-folder', () => {
  const published = (use: (folder: string) => Promise<void>) =>
    withFolder(async (root) => {
      await publishIn(root, async (folder) => {
        await writeFile(join(folder, 'a.bin'), 'abcdef');
        return {};
      });
      await use(join(root, 'out', 'x'));
    });
  const verify = async (folder: string) => verifyFiles(folder, filesOf(folder, await readManifestFile(folder, [])));

  it('pipeline/store/verify-folder: accepts what was published', () => published(verify));

  it.each([
    ['a changed byte', 'abcdeF', 'sha256'],
    ['a cut file', 'abc', '3 bytes, expected 6'],
  ])('pipeline/store/verify-folder: %s is DATASET_CORRUPT and names the file', (_, content, part) =>
    published(async (folder) => {
      await writeFile(join(folder, 'a.bin'), content);
      await expect(verify(folder)).rejects.toMatchObject({
        code: 'DATASET_CORRUPT',
        message: expect.stringContaining(part),
      });
      await expect(verify(folder)).rejects.toThrow('a.bin');
    }),
  );

  it('pipeline/store/verify-folder: a folder without a manifest is DATASET_NOT_FOUND, one with a broken manifest DATASET_CORRUPT', () =>
    published(async (folder) => {
      await expect(readManifestFile(join(folder, 'no'), [])).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' });
      await expect(readManifestFile(folder, ['rows'])).rejects.toThrow('has no "rows"');
      await writeFile(join(folder, 'manifest.json'), '{"files"');
      await expect(readManifestFile(folder, [])).rejects.toMatchObject({ code: 'DATASET_CORRUPT' });
    }));
});
