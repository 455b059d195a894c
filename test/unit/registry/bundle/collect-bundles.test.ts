import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { GarbageRequest } from '../../../../contracts/dataset-versions.ts';
import { collectBundles } from '../../../../registry/bundle/collect-bundles.ts';
import { loadBundle } from '../../../../registry/bundle/load-bundle.ts';
import { noteOnlyCopy } from '../../../../registry/bundle/only-copies.ts';
import { withFolder } from '../../../support/make-folder.ts';
import { writeSmallBundle } from '../../../support/small-bundle.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 5, 1);
const digest = (letter: string): string => letter.repeat(64);

/** A bundle as far as the collection looks at it, opened so many days ago. */
const put = async (folder: string, name: string, days: number): Promise<void> => {
  const path = join(folder, name);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'users.f32'), 'x'.repeat(100));
  const at = (NOW_MS - days * DAY_MS) / 1000;
  await utimes(path, at, at);
};

const note = async (folder: string, kind: string, name: string): Promise<void> => {
  await mkdir(join(folder, kind), { recursive: true });
  await writeFile(join(folder, kind, `${name[0]}.json`), JSON.stringify({ digest: name }));
};

const collect = (bundlesFolder: string, served: readonly string[], change: Partial<GarbageRequest> = {}) =>
  collectBundles(
    { bundlesFolder, served: new Set(served), nowMs: NOW_MS },
    { keep: 1, olderThanMs: 7 * DAY_MS, isDryRun: false, ...change },
  );

const withBundles = (use: (folder: string) => Promise<void>): Promise<void> =>
  withFolder(async (folder) => {
    for (const [letter, days] of [
      ['a', 8],
      ['b', 30],
      ['c', 20],
      ['d', 40],
    ] as const) {
      await put(folder, digest(letter), days);
      await note(folder, 'built', digest(letter));
      await note(folder, 'references', digest(letter));
    }
    await put(folder, `.damaged-${digest('e')}`, 35);
    await put(folder, 'of somebody else', 300);
    await use(folder);
  });

describe('registry/bundle/collect-bundles', () => {
  it('what was opened longest ago goes, with its notes; what serves stays', () =>
    withBundles(async (folder) => {
      const { removed, kept } = await collect(folder, [digest('d')]);
      expect(removed).toEqual([
        { kind: 'bundle', name: digest('c'), bytes: 100 },
        { kind: 'bundle', name: digest('b'), bytes: 100 },
        { kind: 'temporary', name: `.damaged-${digest('e')}`, bytes: 100 },
      ]);
      expect(kept).toEqual([digest('a'), digest('d')]);
      expect((await readdir(folder)).sort()).toEqual(
        ['.building', digest('a'), 'built', digest('d'), 'of somebody else', 'references'].sort(),
      );
      expect(await readdir(join(folder, '.building'))).toEqual([]);
      for (const notes of ['built', 'references']) {
        expect((await readdir(join(folder, notes))).sort()).toEqual(['a.json', 'd.json']);
      }
      expect((await collect(folder, [digest('d')])).removed).toEqual([]);
    }));

  it('what was blessed and lies nowhere else stays, however its note looks, until it is asked for', () =>
    withBundles(async (folder) => {
      await noteOnlyCopy(folder, digest('b'), { name: 'm', version: '4' });
      await writeFile(join(folder, 'blessed', `${digest('c')}.json`), '');
      const first = await collect(folder, []);
      expect(first.removed.map(({ name }) => name)).toEqual([`.damaged-${digest('e')}`, digest('d')]);
      expect([first.kept, first.keptBlessed]).toEqual([
        [digest('a'), digest('c'), digest('b')],
        [digest('c'), digest('b')],
      ]);
      const second = await collect(folder, [], { includesBlessed: true });
      expect(second.removed.map(({ name }) => name)).toEqual([digest('c'), digest('b')]);
      expect(second.keptBlessed).toEqual([]);
      expect(await readdir(join(folder, 'blessed'))).toEqual([]);
    }));

  it('the age keeps more than the number, and a dry run only says', () =>
    withBundles(async (folder) => {
      const before = (await readdir(folder, { recursive: true })).sort();
      const { removed, kept } = await collect(folder, [], { olderThanMs: 25 * DAY_MS, isDryRun: true });
      expect(removed.map(({ name }) => name)).toEqual([digest('b'), `.damaged-${digest('e')}`, digest('d')]);
      expect(kept).toEqual([digest('a'), digest('c')]);
      expect((await readdir(folder, { recursive: true })).sort()).toEqual(before);
    }));

  it('opening a bundle is using it', () =>
    withFolder(async (folder) => {
      const { folder: bundle } = await writeSmallBundle(folder);
      const long = new Date(Date.now() - 30 * DAY_MS);
      await utimes(bundle, long, long);
      await loadBundle(bundle);
      expect((await stat(bundle)).mtimeMs).toBeGreaterThan(Date.now() - DAY_MS);
    }));

  it('a home without bundles has nothing to collect', () =>
    withFolder(async (folder) => {
      expect(await collect(join(folder, 'none'), [])).toEqual({ removed: [], kept: [], keptBlessed: [] });
    }));
});
