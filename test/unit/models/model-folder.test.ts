import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadModel } from '../../../models/saved/model-folder.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('a manifest that lists a file outside of its folder is refused, though its digest is right', async () => {
  const parent = await temporaryFolder('tt-exp-model-');
  const folder = join(parent, 'model');
  await mkdir(folder);
  await writeFile(join(parent, 'outside.txt'), 'abc');
  // sha256 of "abc" is FIPS 180-2's own example.
  const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  const manifest = { kind: 'two-tower', format: 3, files: { '../outside.txt': digest } };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
  await expect(loadModel(folder)).rejects.toMatchObject({
    code: 'MODEL_NOT_LOADING',
    message: expect.stringContaining('a manifest that lists "../outside.txt", which is not in its folder'),
  });
});
