import { spawn } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fitSide } from '../../../pipeline/encoder/fit-encoder.ts';
import { encodeDatasetWith, openDataset, readCatalogue, readEncoder } from '../../../pipeline/index.ts';
import { shapeOf } from '../../../pipeline/sources/describe-source.ts';
import { builderIn, dataSettings, SMALL } from '../../support/data-requests.ts';
import { withFolder } from '../../support/make-folder.ts';

const request = { data: dataSettings(SMALL), seed: 7 };

const bytesOf = async (folder: string): Promise<Record<string, string>> => {
  const names = (await readdir(folder)).filter((name) => name !== 'provenance.json').sort();
  return Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name, (await readFile(join(folder, name))).toString('base64')] as const),
    ),
  );
};

const build = async (folder: string, threads = 1) => {
  const builder = builderIn(folder, { threads });
  const summary = await builder.encode(request);
  return { builder, summary, version: join(folder, 'versions', summary.version) };
};

/** A builder in another process, killed after `killAfterMs`. Resolves when it is gone. */
const buildElsewhere = (
  folder: string,
  killAfterMs: number | null,
): Promise<{ code: number | null; version: string }> =>
  new Promise((resolve, reject) => {
    const script = fileURLToPath(new URL('../../support/build-dataset.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', script, folder, JSON.stringify(request)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const timer = killAfterMs === null ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    let version = '';
    child.stdout.on('data', (chunk: Buffer) => {
      version += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, version });
    });
  });

describe('pipeline/dataset-builder', () => {
  it('the same inputs give byte-identical versions, whatever the folder and the threads', () =>
    withFolder(async (root) => {
      const one = await build(join(root, 'one'), 1);
      const two = await build(join(root, 'two'), 2);
      expect(two.summary).toEqual(one.summary);
      expect(await bytesOf(two.version)).toEqual(await bytesOf(one.version));
    }));

  it('another setting gives another version, min_coverage does not', () =>
    withFolder(async (root) => {
      const { builder, summary } = await build(root);
      const versionOf = async (data: typeof request.data, seed = 7) => (await builder.encode({ data, seed })).version;
      const others = [
        await versionOf(dataSettings({ ...SMALL, seed: 8 })),
        await versionOf(dataSettings(SMALL, { negative_samples: 1 })),
        await versionOf(dataSettings(SMALL, { min_interactions: 3 })),
        await versionOf(
          dataSettings(SMALL, { split: { method: 'temporal', train: 0.7, validation: 0.15, test: 0.15 } }),
        ),
        await versionOf(dataSettings(SMALL), 8),
      ];
      expect(new Set([summary.version, ...others]).size).toBe(6);
      expect(await versionOf(dataSettings(SMALL, { min_coverage: 0.5 }))).toBe(summary.version);
    }));

  it('every stage makes its predecessors and is found again', () =>
    withFolder(async (root) => {
      const splitFirst = await builderIn(root).split(request);
      expect((await readdir(join(root, 'extracts'))).length).toBe(1);
      expect((await readdir(join(root, 'labels'))).length).toBe(1);
      expect(await builderIn(root).split(request)).toEqual(splitFirst);
      const summary = await builderIn(root).encode(request);
      expect(summary.samples).toBe(splitFirst.rows);
      // With the stages gone the version is still found: nothing is built again.
      for (const stage of ['extracts', 'labels', 'splits']) {
        await rm(join(root, stage), { recursive: true });
      }
      expect(await builderIn(root).encode(request)).toEqual(summary);
      expect(await readdir(root)).not.toContain('extracts');
    }));

  it('two builders at once end with one version', () =>
    withFolder(async (root) => {
      const [one, two] = await Promise.all([build(root), build(root)]);
      expect(two.summary).toEqual(one.summary);
      expect(await readdir(join(root, 'versions'))).toEqual([one.summary.version]);
      expect(await readdir(join(root, 'tmp'))).toEqual([]);
    }));

  it('killed at any moment it leaves no half version and the next build succeeds', () =>
    withFolder(async (root) => {
      for (const killAfterMs of [600, 900, 1200, 1500, 1800]) {
        await buildElsewhere(root, killAfterMs);
        for (const name of await readdir(join(root, 'versions')).catch(() => [])) {
          await openDataset(join(root, 'versions', name));
        }
      }
      const { code, version } = await buildElsewhere(root, null);
      expect(code).toBe(0);
      await builderIn(root).extract(request);
      expect(await readdir(join(root, 'tmp'))).toEqual([]);
      const fresh = await build(join(root, 'fresh'));
      expect(version).toBe(fresh.summary.version);
      expect(await bytesOf(join(root, 'versions', version))).toEqual(await bytesOf(fresh.version));
    }));

  it.each(['user_features.f32', 'samples.parquet', 'item_factors.f32'])(
    'a changed byte in %s is found when the version is opened',
    (name) =>
      withFolder(async (root) => {
        const { version } = await build(root);
        const content = await readFile(join(version, name));
        content[100] = (content[100] ?? 0) ^ 1;
        await writeFile(join(version, name), content);
        await expect(openDataset(version)).rejects.toMatchObject({
          code: 'DATASET_CORRUPT',
          message: expect.stringContaining(name),
          hint: expect.stringContaining('Remove this folder'),
        });
      }),
  );

  it('No data loaded says which filter removed how many rows', () =>
    withFolder(async (root) => {
      const builder = builderIn(root);
      const { rows } = await builder.extract(request);
      const otherCase = builder.encode({ data: dataSettings(SMALL, { use_case: 'investor_startup' }), seed: 7 });
      await expect(otherCase).rejects.toMatchObject({
        code: 'NO_DATA_LOADED',
        message: `No data loaded: of ${rows} interactions, use_case "investor_startup" removed ${rows} and min_interactions 1 removed 0`,
      });
      const tooMany = builder.encode({ data: dataSettings(SMALL, { min_interactions: 100_000 }), seed: 7 });
      await expect(tooMany).rejects.toMatchObject({ details: { all: rows, removed_by_min_interactions: rows } });
      expect(await readdir(join(root, 'tmp'))).toEqual([]);
    }));

  it('Missing embeddings counts them and names the command, also for a version found again', () =>
    withFolder(async (root) => {
      const strict = { data: dataSettings(SMALL, { min_coverage: 1 }), seed: 7 };
      const refusal = {
        code: 'MISSING_EMBEDDINGS',
        message: expect.stringMatching(/^Missing embeddings: \d+ of 60 users and \d+ of 40 items have none/),
        hint: expect.stringContaining('tt-exp data embed'),
      };
      await expect(builderIn(root).encode(strict)).rejects.toMatchObject(refusal);
      await build(root);
      await expect(builderIn(root).encode(strict)).rejects.toMatchObject(refusal);
    }));

  it('users with fewer interactions are left out', () =>
    withFolder(async (root) => {
      const { summary } = await build(root);
      const fewer = await builderIn(root).encode({ data: dataSettings(SMALL, { min_interactions: 20 }), seed: 7 });
      expect(summary.users).toBe(60);
      expect(fewer.users).toBeLessThan(60);
      expect(fewer.items).toBe(40);
    }));

  it('adopts a received version only when every file is as its manifest says', () =>
    withFolder(async (root) => {
      const { builder, summary, version } = await build(join(root, 'here'));
      const there = builderIn(join(root, 'there'));
      expect(await there.findLocal(summary.version)).toBeNull();
      const broken = there.adopt(summary.version, async (folder) => {
        await cp(version, folder, { recursive: true });
        await writeFile(join(folder, 'encoder.json'), '{}');
      });
      await expect(broken).rejects.toMatchObject({ code: 'DATASET_CORRUPT' });
      const renamed = there.adopt('ds-0123456789abcdef', (folder) => cp(version, folder, { recursive: true }));
      await expect(renamed).rejects.toMatchObject({ code: 'DATASET_CORRUPT' });
      await expect(there.adopt(summary.version, () => Promise.reject(new Error('cut off')))).rejects.toThrow('cut off');
      expect(await there.findLocal(summary.version)).toBeNull();
      const folder = await there.adopt(summary.version, (target) => cp(version, target, { recursive: true }));
      expect(await there.findLocal(summary.version)).toBe(folder);
      expect((await openDataset(folder)).summary).toEqual(summary);
      // Here it exists already: nothing is fetched.
      expect(await builder.adopt(summary.version, () => Promise.reject(new Error('fetched')))).toBe(version);
      expect(await readdir(join(root, 'there', 'tmp'))).toEqual([]);
    }));

  it('the saved encoder gives the stored features again, and another one its own', () =>
    withFolder(async (root) => {
      const { version } = await build(root);
      const dataset = await openDataset(version);
      const own = await encodeDatasetWith(version, await readEncoder(join(version, 'encoder.json')));
      expect(own.userFeatures).toEqual(dataset.userFeatures);
      expect(own.itemFeatures).toEqual(dataset.itemFeatures);
      const later = await builderIn(root).encode({ data: dataSettings({ ...SMALL, seed: 9 }), seed: 7 });
      const champion = await readEncoder(join(version, 'encoder.json'));
      const other = await encodeDatasetWith(join(root, 'versions', later.version), champion);
      expect(other.userFeatures).toHaveLength(later.users * dataset.summary.feature_dims.user);
    }));

  it('the encoder is fitted on users and items of training events only', () =>
    withFolder(async (root) => {
      const sparse = { data: dataSettings({ users: 90, startups: 60, interactions: 150 }), seed: 7 };
      const builder = builderIn(root);
      const folder = (await builder.findLocal((await builder.encode(sparse)).version)) ?? '';
      const dataset = await openDataset(folder);
      const { users, items } = await readCatalogue(folder);
      const saved = await readEncoder(join(folder, 'encoder.json'));
      const { schema } = shapeOf(sparse.data.source);
      const inTraining = {
        users: users.filter((_, index) => dataset.pairs.train.userIndex.includes(index)),
        items: items.filter((_, index) => dataset.pairs.train.itemIndex.includes(index)),
      };
      // The set is so sparse that some users and items have no training event.
      expect(inTraining.users.length).toBeLessThan(users.length);
      expect(inTraining.items.length).toBeLessThan(items.length);
      const text = { encoder: 'source', dim: 384 };
      expect(saved.user).toEqual(fitSide(schema.user, text, inTraining.users));
      expect(saved.item).toEqual(fitSide(schema.item, text, inTraining.items));
      expect(saved.item).not.toEqual(fitSide(schema.item, text, items));
    }));

  it('a data folder that cannot be made is an error that names it', () =>
    withFolder(async (root) => {
      await mkdir(root, { recursive: true });
      await writeFile(join(root, 'file'), '');
      await expect(builderIn(join(root, 'file')).encode(request)).rejects.toThrow(/file/);
    }));
});
