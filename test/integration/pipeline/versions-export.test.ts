import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ExportRequest } from '../../../contracts/dataset-versions.ts';
import type { ResolvedData } from '../../../contracts/resolved-config.ts';
import { createDatasetVersions, guessInteractions, openDataset } from '../../../pipeline/index.ts';
import { builderIn, dataSettings, SMALL } from '../../support/data-requests.ts';
import { filesData } from '../../support/files-source.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { inMemory } from '../../support/version-tables.ts';

let root = '';
let version = '';

const versionsIn = (threads: number) =>
  createDatasetVersions({ dataFolder: root, memoryLimitMegabytes: 512, threads, now: () => 0 });

beforeAll(async () => {
  root = await temporaryFolder('tt-exp-test-');
  ({ version } = await builderIn(root).encode({ data: dataSettings(SMALL), seed: 7 }));
});

const exported = (change: Partial<ExportRequest> & Pick<ExportRequest, 'format'>, threads = 1) => {
  const { format } = change;
  const file = join(root, `out.${format}`);
  return versionsIn(threads).exportSamples({ version, split: 'all', file, hasFeatures: false, ...change });
};

const rowsOf = (file: string, select = '*') =>
  inMemory((database) => database.rows('read', `SELECT ${select} FROM '${file}'`));

const interactionsOf = ({ source }: ResolvedData) => {
  if (source.type !== 'files') {
    throw new Error(`got a source of type ${source.type}, expected files`);
  }
  return source.interactions;
};

describe('pipeline/versions/export', () => {
  it('pipeline/versions/export: Parquet has every sample once, in the order of the version', async () => {
    const { file, samples, bytes } = await exported({ format: 'parquet' });
    const rows = await rowsOf(file);
    const { userIds, itemIds, samples: parts } = await openDataset(join(root, 'versions', version));
    expect(rows).toHaveLength(samples);
    expect((await readFile(file)).byteLength).toBe(bytes);
    const expected = (['train', 'validation', 'test'] as const).flatMap((part) => {
      const { userIndex, itemIndex } = parts[part];
      return [...userIndex].map((user, row) => [part, userIds[user], itemIds[itemIndex[row] ?? -1]]);
    });
    expect(rows.map(({ split, user_id, item_id }) => [split, user_id, item_id])).toEqual(expected);
    expect(Object.keys(rows[0] ?? {})).toEqual([
      'user_id',
      'item_id',
      'label',
      'weight',
      'type',
      'occurred_at',
      'split',
    ]);
  });

  it('pipeline/versions/export: CSV says the same as Parquet, with times in UTC', async () => {
    const parquet = await rowsOf((await exported({ format: 'parquet' })).file, '* EXCLUDE (occurred_at)');
    const { file } = await exported({ format: 'csv' });
    const rows = await rowsOf(file, '* EXCLUDE (occurred_at)');
    expect(rows.map(({ user_id, type, split, label }) => [user_id, type, split, Number(label)])).toEqual(
      parquet.map(({ user_id, type, split, label }) => [user_id, type, split, Number(Number(label).toFixed(6))]),
    );
    const [header, first = ''] = (await readFile(file, 'utf8')).split('\n');
    expect(header).toBe('user_id,item_id,label,weight,type,occurred_at,split');
    expect(first).toMatch(/,\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z,train$/);
  });

  it('pipeline/versions/export: a version without times has none, and is read back without them', async () => {
    const source = join(root, 'timeless.csv');
    const rows = Array.from({ length: 400 }, (_, row) => `u${row % 20},i${(row * 7) % 31},like\n`);
    await writeFile(source, `user_id,item_id,type\n${rows.join('')}`);
    const ids = { features: { id: { kind: 'id' } } } as const;
    const interactions = { path: source, user: 'user_id', item: 'item_id', type: 'type' } as const;
    const settings = filesData({ users: ids, items: ids, interactions }, { split: { method: 'random' } });
    const timeless = await builderIn(root).encode({ data: settings, seed: 7 });

    const parquet = await exported({ format: 'parquet', version: timeless.version });
    expect(await rowsOf(parquet.file, 'count(*)::INTEGER AS n, count(occurred_at)::INTEGER AS times')).toEqual([
      { n: parquet.samples, times: 0 },
    ]);
    const { file } = await exported({ format: 'csv', version: timeless.version });
    const [, ...lines] = (await readFile(file, 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(parquet.samples);
    expect(lines.filter((line) => !/,,(train|validation|test)$/.test(line))).toEqual([]);

    for (const each of [file, parquet.file]) {
      const guessed = await guessInteractions(each, {
        location: interactionsOf(settings),
        columns: null,
        nowMs: 0,
      });
      expect(guessed.source.interactions).not.toHaveProperty('time');
      expect(guessed.notes[0]).toContain('type type, no time (occurred_at is empty)');
      const again = filesData(guessed.source, {
        split: { method: 'random' },
        ignored_types: [...guessed.ignoredTypes],
      });
      await expect(builderIn(root).extract({ data: again, seed: 7 })).resolves.toMatchObject({
        rows: expect.any(Number),
      });
    }
  });

  it('pipeline/versions/export: one part, and the features of user and item beside each sample', async () => {
    const { file, samples } = await exported({ format: 'parquet', split: 'test', hasFeatures: true });
    const rows = await rowsOf(file);
    const dataset = await openDataset(join(root, 'versions', version));
    const { userIndex, itemIndex } = dataset.samples.test;
    const { user, item } = dataset.summary.feature_dims;
    expect([rows.length, samples]).toEqual([userIndex.length, userIndex.length]);
    rows.forEach((row, index) => {
      const [u, i] = [userIndex[index] ?? -1, itemIndex[index] ?? -1];
      expect(row.split).toBe('test');
      expect(Float32Array.from(row.user_features as number[])).toEqual(
        dataset.userFeatures.slice(u * user, (u + 1) * user),
      );
      expect(Float32Array.from(row.item_features as number[])).toEqual(
        dataset.itemFeatures.slice(i * item, (i + 1) * item),
      );
    });
  });

  it('pipeline/versions/export: a wide export is gathered in pieces, and in the same order', async () => {
    // About 19,000 samples of 980 numbers each are three pieces.
    const large = await builderIn(root).encode({ data: dataSettings(), seed: 7 });
    const { file } = await exported({ format: 'parquet', version: large.version, hasFeatures: true }, 2);
    const rows = await rowsOf(file, 'user_id, item_id, user_features[7] AS u, item_features[7] AS i');
    const dataset = await openDataset(join(root, 'versions', large.version));
    const { user, item } = large.feature_dims;
    const expected = (['train', 'validation', 'test'] as const).flatMap((part) => {
      const { userIndex, itemIndex } = dataset.samples[part];
      return [...userIndex].map((u, row) => {
        const i = itemIndex[row] ?? -1;
        return {
          user_id: dataset.userIds[u],
          item_id: dataset.itemIds[i],
          u: dataset.userFeatures[u * user + 6],
          i: dataset.itemFeatures[i * item + 6],
        };
      });
    });
    expect(rows).toEqual(expected);
  });

  it('pipeline/versions/export: equal exports are equal bytes, whatever the threads', async () => {
    for (const format of ['csv', 'parquet'] as const) {
      const one = await readFile((await exported({ format, hasFeatures: format === 'parquet' }, 1)).file);
      const two = await readFile((await exported({ format, hasFeatures: format === 'parquet' }, 2)).file);
      expect(two.equals(one)).toBe(true);
    }
  });

  it('pipeline/versions/export: a file that is there is replaced as a whole, or left as it was', async () => {
    const file = join(root, 'kept.csv');
    await writeFile(file, 'before');
    await expect(exported({ format: 'csv', file, signal: AbortSignal.abort(new Error('stop')) })).rejects.toThrow(
      'stop',
    );
    expect(await readFile(file, 'utf8')).toBe('before');
    await exported({ format: 'csv', file });
    expect((await readFile(file, 'utf8')).startsWith('user_id,')).toBe(true);
    expect((await readdir(root)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(await readdir(join(root, 'tmp'))).toEqual([]);
  });

  it('pipeline/versions/export: a folder that does not exist is a usage error that names it', async () => {
    await expect(exported({ format: 'csv', file: join(root, 'no', 'x.csv') })).rejects.toMatchObject({
      code: 'USAGE',
      hint: expect.stringContaining('mkdir'),
    });
  });
});
