import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openNamedBundle } from '../../../../registry/bundle/named-bundle.ts';
import { writeSmallBundle } from '../../../support/small-bundle.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

let home = '';
let bundles = '';
let digest = '';

beforeEach(async () => {
  home = await temporaryFolder();
  bundles = join(home, 'bundles');
  ({ digest } = await writeSmallBundle(home));
});

describe('registry/named-bundle', () => {
  it('opens a bundle of the home by its digest, and one that lies elsewhere by its folder', async () => {
    expect((await openNamedBundle(bundles, digest)).digest).toBe(digest);
    const elsewhere = join(home, 'elsewhere');
    await rename(join(bundles, digest), elsewhere);
    expect((await openNamedBundle(bundles, elsewhere)).digest).toBe(digest);
  });

  it.each([
    ['the begin of a digest', () => digest.slice(0, 8)],
    ['a digest with a wrong digit', () => `${digest.slice(0, -1)}${digest.endsWith('0') ? '1' : '0'}`],
    ['a folder with a wrong digit', () => join(bundles, `x${digest.slice(1)}`)],
  ])('hints at the nearest one of the home: %s', async (_, named) => {
    await expect(openNamedBundle(bundles, named())).rejects.toMatchObject({
      code: 'MODEL_NOT_LOADING',
      message: expect.stringMatching(/manifest\.json is missing$/),
      hint: expect.stringContaining(`Did you mean ${digest}?`),
    });
  });

  it('says where bundles are, and to remove nothing, of a folder that is none', async () => {
    await expect(openNamedBundle(bundles, 'nope')).rejects.toMatchObject({
      hint: expect.stringMatching(new RegExp(`^Known: ${digest}\\. Name a digest in .*tt-exp models list --json`)),
    });
    await rm(bundles, { recursive: true });
    await mkdir(join(home, 'photos'));
    await expect(openNamedBundle(bundles, join(home, 'photos'))).rejects.toMatchObject({
      hint: expect.stringMatching(/^Name a digest in /),
    });
  });
});
