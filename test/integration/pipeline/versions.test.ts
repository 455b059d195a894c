import { appendFile, cp, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createDatasetVersions } from '../../../pipeline/index.ts';
import { builderIn, dataSettings, SMALL } from '../../support/data-requests.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const DAY_MS = 86_400_000;
const FIRST_MS = Date.UTC(2026, 0, 1);
let made = '';
let root = '';
let ids: readonly string[] = [];

const versionsIn = (dataFolder: string) =>
  createDatasetVersions({ dataFolder, memoryLimitMegabytes: 256, threads: 1, now: () => FIRST_MS });

beforeAll(async () => {
  made = await temporaryFolder('tt-exp-test-');
  root = join(made, 'data');
  const build = async (day: number, seed: number): Promise<string> => {
    const builder = builderIn(root, { now: () => FIRST_MS + day * DAY_MS, gitCommit: 'c0ffee' });
    return (await builder.encode({ data: dataSettings({ ...SMALL, seed: 7 }), seed })).version;
  };
  ids = [await build(0, 1), await build(2, 2), await build(1, 3)];
});

/** A copy of the data folder, to be damaged. */
const withCopy = async (use: (copy: string) => Promise<void>): Promise<void> => {
  const copy = join(made, 'copy');
  try {
    await cp(root, copy, { recursive: true, preserveTimestamps: true });
    await use(copy);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
};

describe('pipeline/versions', () => {
  it('are listed with the newest first, with size and summary', async () => {
    const listed = await versionsIn(root).list();
    expect(listed.map(({ version }) => version)).toEqual([ids[1], ids[2], ids[0]]);
    expect(listed[0]).toMatchObject({
      status: 'ok',
      created_at: '2026-01-03T00:00:00.000Z',
      parent_version: null,
      summary: { version: ids[1], users: 60, items: 40 },
    });
    expect(listed.every(({ bytes }) => bytes > 10_000)).toBe(true);
  });

  it('a data folder without any has an empty list', async () => {
    expect(await versionsIn(join(made, 'nothing')).list()).toEqual([]);
  });

  it('a damaged one is listed as such, with what is wrong', () =>
    withCopy(async (copy) => {
      const [cut = '', bare = '', broken = ''] = ids.map((id) => join(copy, 'versions', id));
      await truncate(join(cut, 'samples.parquet'), 10);
      await rm(join(bare, 'encoder.json'));
      await writeFile(join(broken, 'manifest.json'), '{');
      await mkdir(join(copy, 'versions', 'ds-0000000000000000'));
      const problems = new Map(
        (await versionsIn(copy).list()).map((entry) => [
          entry.version,
          entry.status === 'corrupt' ? entry.problem : 'none',
        ]),
      );
      expect(problems.get(ids[0] ?? '')).toMatch(/samples\.parquet has 10 bytes, expected \d+/);
      expect(problems.get(ids[1] ?? '')).toBe('encoder.json is missing');
      expect(problems.get(ids[2] ?? '')).toMatch(/manifest\.json is not JSON/);
      expect(problems.get('ds-0000000000000000')).toMatch(/manifest\.json is missing/);
    }));

  it('one is described with manifest, provenance and files', async () => {
    const [id = ''] = ids;
    const details = await versionsIn(root).describe({ version: id, isVerified: false });
    expect(details).toMatchObject({
      manifest: { version: id, users: 60, text_encoder: { user: 'source', item: 'source' } },
      provenance: { git_commit: 'c0ffee', created_at: '2026-01-01T00:00:00.000Z', source_kind: 'synthetic' },
    });
    expect(details.provenance?.stages).toEqual({
      extract: details.manifest.source_digest,
      label: expect.stringMatching(/^lb-/),
      split: expect.stringMatching(/^sp-/),
      embed: null,
    });
    expect(details.files.map(({ name }) => name)).toEqual(expect.arrayContaining(['samples.parquet', 'encoder.json']));
    expect(new Set(details.files.map(({ state }) => state))).toEqual(new Set(['listed']));
  });

  it('verifying names the file that differs from its digest, though its size is right', () =>
    withCopy(async (copy) => {
      const [id = ''] = ids;
      const file = join(copy, 'versions', id, 'user_features.f32');
      const bytes = await readFile(file);
      bytes.writeUInt8((bytes.readUInt8(100) + 1) % 256, 100);
      await writeFile(file, bytes);
      const intact = await versionsIn(root).describe({ version: id, isVerified: true });
      expect(intact.files.every(({ state, problem }) => state === 'intact' && problem === null)).toBe(true);
      const { files } = await versionsIn(copy).describe({ version: id, isVerified: true });
      const damaged = files.filter(({ state }) => state === 'damaged');
      expect(damaged.map(({ name }) => name)).toEqual(['user_features.f32']);
      expect(damaged[0]?.problem).toMatch(/has sha256/);
    }));

  it('one that came without provenance is described all the same, one with a broken one is corrupt', () =>
    withCopy(async (copy) => {
      const [id = '', other = ''] = ids;
      await rm(join(copy, 'versions', id, 'provenance.json'));
      await appendFile(join(copy, 'versions', other, 'provenance.json'), '}');
      const versions = versionsIn(copy);
      expect((await versions.describe({ version: id, isVerified: false })).provenance).toBeNull();
      await expect(versions.describe({ version: other, isVerified: false })).rejects.toMatchObject({
        code: 'DATASET_CORRUPT',
      });
    }));

  it('the beginning of an id is enough when only one begins so', async () => {
    const [id = ''] = ids;
    const { manifest } = await versionsIn(root).describe({ version: id.slice(0, 12), isVerified: false });
    expect(manifest.version).toBe(id);
    await expect(versionsIn(root).describe({ version: 'ds-', isVerified: false })).rejects.toMatchObject({
      code: 'DATASET_NOT_FOUND',
      message: '"ds-" begins the ids of 3 dataset versions, expected one',
    });
  });

  it('an unknown one is DATASET_NOT_FOUND with those that exist, newest first', async () => {
    await expect(versionsIn(root).describe({ version: '../../etc', isVerified: false })).rejects.toMatchObject({
      code: 'DATASET_NOT_FOUND',
      hint: `Newest first: ${ids[1]}, ${ids[2]}, ${ids[0]}.`,
    });
    await expect(versionsIn(made).diff({ a: 'ds-1', b: 'ds-2' })).rejects.toMatchObject({
      code: 'DATASET_NOT_FOUND',
      hint: expect.stringContaining('There is none yet'),
    });
  });
});
