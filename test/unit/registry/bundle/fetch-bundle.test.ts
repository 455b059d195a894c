import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namesIn } from '../../../../host/files/names-in.ts';
import { fetchBundle } from '../../../../registry/bundle/fetch-bundle.ts';
import { loadBundle } from '../../../../registry/bundle/load-bundle.ts';
import { createFakeTracking } from '../../../support/fake-tracking.ts';
import { writeSmallBundle } from '../../../support/small-bundle.ts';
import { mountSmallDisk } from '../../../support/small-disk.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

/** A run that keeps the small bundle, and a home without it. */
const keptWithRun = async (bundlesFolder?: string) => {
  const { folder, digest } = await writeSmallBundle(await temporaryFolder());
  const { manifest } = await loadBundle(folder);
  const artifacts = new Map<string, Buffer>();
  for (const path of ['manifest.json', ...Object.keys(manifest.files)]) {
    artifacts.set(`bundle/${path}`, await readFile(join(folder, path)));
  }
  const { tracking, addRun } = createFakeTracking();
  addRun('run', { artifacts });
  const home = bundlesFolder ?? (await temporaryFolder());
  return {
    fetch: () => fetchBundle(tracking, home, { runId: 'run', digest }),
    artifacts,
    bundlesFolder: home,
    digest,
  };
};

describe('fetchBundle', () => {
  it('brings the bundle here, whole, also in place of one that is not', async () => {
    const { fetch, bundlesFolder, digest } = await keptWithRun();
    expect(await fetch()).toBe(true);
    expect(await loadBundle(join(bundlesFolder, digest))).toMatchObject({ digest });
    await rm(join(bundlesFolder, digest, 'users.f32'));
    expect(await fetch()).toBe(true);
    expect(await loadBundle(join(bundlesFolder, digest))).toMatchObject({ digest });
    expect(await namesIn(join(bundlesFolder, '.building'))).toEqual([]);
  });

  it('finds none where the run has none, or that of another blessing', async () => {
    const { fetch, artifacts, bundlesFolder, digest } = await keptWithRun();
    const manifest = artifacts.get('bundle/manifest.json') ?? Buffer.alloc(0);
    artifacts.set('bundle/manifest.json', Buffer.concat([manifest, Buffer.from('\n')]));
    expect(await fetch()).toBe(false);
    artifacts.delete('bundle/manifest.json');
    expect(await fetch()).toBe(false);
    expect(await namesIn(bundlesFolder)).not.toContain(digest);
  });

  it('leaves nothing of one that is not whole', async () => {
    const { fetch, artifacts, bundlesFolder, digest } = await keptWithRun();
    artifacts.set('bundle/items.f32', Buffer.alloc(48));
    await expect(fetch()).rejects.toMatchObject({ code: 'MODEL_NOT_LOADING' });
    artifacts.delete('bundle/items.f32');
    await expect(fetch()).rejects.toMatchObject({ code: 'MODEL_NOT_LOADING' });
    expect(await namesIn(bundlesFolder)).not.toContain(digest);
  });

  it('says that the disk is full, leaves nothing behind, and brings it once there is space', async (context) => {
    const disk = mountSmallDisk(1);
    if (disk === null) {
      context.skip('needs the right to mount a file system (root on Linux)');
      return;
    }
    try {
      const { fetch, digest } = await keptWithRun(disk.folder);
      disk.fill();
      await expect(fetch()).rejects.toMatchObject({
        code: 'DISK_FULL',
        message: `${disk.folder}: no space left on the disk for bundle ${digest.slice(0, 12)}… of run run; free some`,
      });
      expect(await namesIn(disk.folder)).not.toContain(digest);
      expect(await namesIn(join(disk.folder, '.building'))).toEqual([]);
      disk.free();
      expect(await fetch()).toBe(true);
    } finally {
      disk.dispose();
    }
  });
});
