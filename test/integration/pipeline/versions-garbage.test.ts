import { spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GarbageRequest } from '../../../contracts/dataset-versions.ts';
import { createDatasetVersions } from '../../../pipeline/index.ts';
import { builderIn, dataSettings, SMALL } from '../../support/data-requests.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const DAY_MS = 86_400_000;
const STAGES = ['extracts', 'labels', 'splits'] as const;
let made = '';
const request = (seed: number, source = 7) => ({ data: dataSettings({ ...SMALL, seed: source }), seed });

beforeAll(async () => {
  made = await temporaryFolder('tt-exp-test-');
});

/** Everything below looks as if it was last touched `days` ago. */
const age = async (folder: string, days: number): Promise<void> => {
  const at = new Date(Date.now() - days * DAY_MS);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    await utimes(join(entry.parentPath, entry.name), at, at);
  }
};

/** Three versions, made 30, 20 and 10 days ago: the first two of one extract, the third of another. */
const withHome = async (use: (home: string, ids: readonly string[]) => Promise<void>): Promise<void> => {
  const home = join(made, 'home');
  const template = join(made, 'template');
  const file = join(made, 'ids.json');
  if (!(await readdir(made)).includes('template')) {
    const ids: string[] = [];
    for (const [days, seed, source] of [
      [30, 1, 7],
      [20, 2, 7],
      [10, 1, 8],
    ] as const) {
      const builder = builderIn(template, { now: () => Date.now() - days * DAY_MS });
      ids.push((await builder.encode(request(seed, source))).version);
    }
    await writeFile(file, JSON.stringify(ids));
  }
  try {
    await cp(template, home, { recursive: true });
    await age(home, 9);
    await use(home, JSON.parse(await readFile(file, 'utf8')) as string[]);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
};

const collect = (home: string, change: Partial<GarbageRequest> = {}) =>
  createDatasetVersions({
    dataFolder: home,
    memoryLimitMegabytes: 256,
    threads: 1,
    now: () => Date.now(),
  }).collectGarbage({ keep: 1, olderThanMs: 7 * DAY_MS, isDryRun: false, ...change });

const everything = async (home: string): Promise<readonly string[]> =>
  (await readdir(home, { recursive: true })).sort();

describe('pipeline/versions/garbage', () => {
  it('pipeline/versions/garbage: removes versions beyond the newest and the stages that only they needed', () =>
    withHome(async (home, [first, second, third]) => {
      const report = await collect(home);
      expect(report.kept).toEqual([third]);
      expect(await readdir(join(home, 'versions'))).toEqual([third]);
      for (const stage of STAGES) {
        expect(await readdir(join(home, stage))).toHaveLength(1);
      }
      const kinds = report.removed.map(({ kind }) => kind);
      expect(kinds).toEqual(['version', 'version', 'extract', 'label', 'split', 'split']);
      expect(report.removed.slice(0, 2).map(({ name }) => name)).toEqual([second, first]);
      expect(report.bytes).toBe(report.removed.reduce((sum, { bytes }) => sum + bytes, 0));
      expect(report.bytes).toBeGreaterThan(100_000);
      expect(await readdir(join(home, 'tmp'))).toEqual([]);
      // Nothing is left to do.
      expect(await collect(home)).toMatchObject({ removed: [], bytes: 0, kept: [third] });
    }));

  it('pipeline/versions/garbage: what it keeps can still be used, and what it removed is built again the same', () =>
    withHome(async (home, [first, , third]) => {
      await collect(home);
      const builder = builderIn(home, { now: () => Date.now() });
      expect((await builder.encode(request(1, 8))).version).toBe(third);
      expect((await builder.encode(request(1, 7))).version).toBe(first);
    }));

  it('pipeline/versions/garbage: a dry run says the same and removes nothing', () =>
    withHome(async (home) => {
      const before = await everything(home);
      const planned = await collect(home, { isDryRun: true });
      expect(await everything(home)).toEqual(before);
      const { removed } = await collect(home);
      expect(planned).toMatchObject({ is_dry_run: true, removed });
    }));

  it('pipeline/versions/garbage: what is young stays, and so do the stages of every version that stays', () =>
    withHome(async (home, ids) => {
      const before = await everything(home);
      expect(await collect(home, { keep: 0, olderThanMs: 15 * DAY_MS })).toMatchObject({ removed: [] });
      // Two of three are kept by number: the extract of the second is that of the first.
      const { removed } = await collect(home, { keep: 2 });
      expect(removed.map(({ kind, name }) => [kind, kind === 'version' ? name : ''])).toEqual([
        ['version', ids[0]],
        ['split', ''],
      ]);
      expect((await everything(home)).length).toBeLessThan(before.length);
    }));

  it('pipeline/versions/garbage: an old version that was asked for lately stays', () =>
    withHome(async (home, [first, second, third]) => {
      expect((await builderIn(home).encode(request(1, 7))).version).toBe(first);
      expect((await collect(home)).kept).toEqual([third, first]);
      expect(await readdir(join(home, 'versions'))).not.toContain(second);
    }));

  it('pipeline/versions/garbage: damaged versions do not count among the newest and go when they are old', () =>
    withHome(async (home, [first, second, third]) => {
      await rm(join(home, 'versions', third ?? '', 'encoder.json'));
      const young = await collect(home, { isDryRun: true });
      // Removing the file was a change: it is young.
      expect(young.kept).toEqual(expect.arrayContaining([second, third]));
      await age(home, 9);
      expect((await collect(home)).kept).toEqual([second]);
      expect(await readdir(join(home, 'versions'))).toEqual([second]);
      expect(first).not.toBe(second);
    }));

  it('pipeline/versions/garbage: a version without provenance keeps its extract', () =>
    withHome(async (home, [, , third = '']) => {
      await rm(join(home, 'versions', third, 'provenance.json'));
      await age(home, 9);
      expect((await collect(home, { keep: 1 })).kept).toEqual(expect.arrayContaining([expect.stringMatching(/^ds-/)]));
      expect(await readdir(join(home, 'extracts'))).toHaveLength(1);
    }));

  it('pipeline/versions/garbage: leftovers of dead processes go whatever their age; a live one keeps its folder and all stages', () =>
    withHome(async (home) => {
      const dead = spawnSync(process.execPath, ['-e', '']).pid;
      const names = { dead: `${hostname()}~${dead}~1`, live: `${hostname()}~${process.pid}~1`, other: 'elsewhere~1~1' };
      for (const name of Object.values(names)) {
        await mkdir(join(home, 'tmp', name), { recursive: true });
        await writeFile(join(home, 'tmp', name, 'work.duckdb'), 'half');
      }
      const stages = await Promise.all(STAGES.map((stage) => readdir(join(home, stage))));
      const report = await collect(home);
      expect(report.busy).toEqual([names.other, names.live].sort());
      expect(report.removed.filter(({ kind }) => kind === 'temporary')).toEqual([
        { kind: 'temporary', name: names.dead, bytes: 4 },
      ]);
      expect((await readdir(join(home, 'tmp'))).sort()).toEqual([names.other, names.live].sort());
      expect(await Promise.all(STAGES.map((stage) => readdir(join(home, stage))))).toEqual(stages);
    }));

  it('pipeline/versions/garbage: half written notes and vectors go after a day, whole ones and foreign files stay', () =>
    withHome(async (home) => {
      await mkdir(join(home, 'vectors', 'encoder'), { recursive: true });
      const old = [join('sources', 'a.txt.1.tmp'), join('vectors', 'encoder', 'b.tmp')];
      const whole = [join('vectors', 'encoder', 'c.f32'), join('extracts', 'notes.txt')];
      for (const name of [...old, ...whole]) {
        await writeFile(join(home, name), 'x');
      }
      await age(home, 9);
      await writeFile(join(home, 'sources', 'young.tmp'), 'x');
      const { removed } = await collect(home, { keep: 5 });
      expect(removed.map(({ name }) => name)).toEqual(['a.txt.1.tmp', 'b.tmp']);
      expect(await everything(home)).toEqual(expect.arrayContaining([...whole, join('sources', 'young.tmp')]));
    }));

  it('pipeline/versions/garbage: a data folder without anything has nothing to remove', async () => {
    expect(await collect(join(made, 'nothing'))).toEqual({
      is_dry_run: false,
      removed: [],
      bytes: 0,
      kept: [],
      busy: [],
    });
  });
});
