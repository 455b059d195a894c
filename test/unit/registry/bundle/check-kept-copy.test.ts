import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkKeptCopy } from '../../../../registry/bundle/check-kept-copy.ts';
import { loadBundle } from '../../../../registry/bundle/load-bundle.ts';
import { createFakeTracking } from '../../../support/fake-tracking.ts';
import { writeSmallBundle } from '../../../support/small-bundle.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const WHAT = 'the bundle that its run keeps, bundle/,';

test('the copy of a bundle is compared with what was blessed, and what differs or is missing is named', async () => {
  const { folder, digest } = await writeSmallBundle(await temporaryFolder());
  const { manifest } = await loadBundle(folder);
  const artifacts = new Map<string, Buffer>();
  for (const path of ['manifest.json', ...Object.keys(manifest.files)]) {
    artifacts.set(`bundle/${path}`, await readFile(join(folder, path)));
  }
  const { tracking, addRun } = createFakeTracking();
  addRun('run', { artifacts });
  const check = (blessed = digest, runDigest: string | undefined = digest) =>
    checkKeptCopy(tracking, { runId: 'run', digest: blessed, runDigest });
  const replaced = async (path: string, content: Buffer | null) => {
    const before = artifacts.get(path) ?? Buffer.alloc(0);
    if (content === null) {
      artifacts.delete(path);
    } else {
      artifacts.set(path, content);
    }
    const found = await check();
    artifacts.set(path, before);
    return found;
  };
  const problem = (text: string) => ({ problem: `${WHAT} ${text}`, note: null });
  expect(await check()).toEqual({ problem: null, note: null });
  expect(await replaced('bundle/users.f32', Buffer.alloc(48))).toEqual(
    problem('has another users.f32 than its manifest says'),
  );
  expect(await replaced('bundle/items.f32', null)).toEqual(problem('has no items.f32'));
  expect(await replaced('bundle/manifest.json', null)).toEqual(problem('has no manifest.json'));
  expect(await replaced('bundle/manifest.json', Buffer.from('{}'))).toEqual(
    problem('has a manifest.json that is not the one that was blessed'),
  );
  expect(await check('ab')).toEqual({ problem: null, note: expect.stringContaining('of a later blessing') });
  artifacts.clear();
  expect(await check()).toEqual({ problem: null, note: expect.stringContaining('keeps no copy') });
});
