import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SPLIT_NAMES } from '../../../contracts/dataset.ts';
import { openDatabase } from '../../../pipeline/duckdb/database.ts';
import { openDataset, readCatalogue } from '../../../pipeline/index.ts';
import { builderIn, dataSettings, SMALL } from '../../support/data-requests.ts';
import { withFolder } from '../../support/make-folder.ts';

const withVersion = (use: (folder: string) => Promise<void>): Promise<void> =>
  withFolder(async (root) => {
    const { version } = await builderIn(root).encode({ data: dataSettings(SMALL), seed: 7 });
    await use(join(root, 'versions', version));
  });

/** The gain of a pair, from the raw rows and in other words than the SQL's. */
const gainOf = (events: readonly { type: string; label: number; at: string }[]): number => {
  let gain = 0;
  for (const { type, label } of [...events].sort((left, right) => (left.at < right.at ? -1 : 1))) {
    gain = type === 'dislike' ? 0 : Math.max(gain, label);
  }
  return gain;
};

describe('pipeline/open-dataset', () => {
  it('samples, ids and matrices fit each other', () =>
    withVersion(async (folder) => {
      const dataset = await openDataset(folder);
      const { summary, userIds, itemIds } = dataset;
      expect([userIds.length, itemIds.length]).toEqual([summary.users, summary.items]);
      expect(userIds).toEqual([...userIds].sort());
      for (const part of SPLIT_NAMES) {
        const { userIndex, itemIndex, label, weight } = dataset.samples[part];
        expect(userIndex).toHaveLength(summary.splits[part]);
        expect(Math.max(...userIndex)).toBeLessThan(summary.users);
        expect(Math.max(...itemIndex)).toBeLessThan(summary.items);
        expect([...label].every((value) => value >= 0 && value <= 1)).toBe(true);
        expect([...weight].every((value) => value > 0)).toBe(true);
      }
      expect(dataset.affinities?.userFactors).toHaveLength(summary.users * (dataset.affinities?.dim ?? 0));
    }));

  it('the gain of a pair is its strongest label after the last dislike', () =>
    withVersion(async (folder) => {
      const dataset = await openDataset(folder);
      const database = await openDatabase({ file: ':memory:', spillFolder: '', memoryLimitMegabytes: 256, threads: 1 });
      const events = new Map<string, { type: string; label: number; at: string }[]>();
      try {
        const rows = await database.rows(
          'read',
          `SELECT part, user_index, item_index, type, label, occurred_at FROM read_parquet('${join(folder, 'samples.parquet')}')
            WHERE type <> 'negative_sample'`,
        );
        for (const row of rows) {
          const key = `${row.part} ${row.user_index} ${row.item_index}`;
          const own = events.get(key) ?? [];
          own.push({ type: String(row.type), label: Number(row.label), at: String(row.occurred_at) });
          events.set(key, own);
        }
      } finally {
        database.close();
      }
      let pairs = 0;
      for (const part of SPLIT_NAMES) {
        const { userIndex, itemIndex, gain } = dataset.pairs[part];
        gain.forEach((value, row) => {
          const own = events.get(`${part} ${userIndex[row]} ${itemIndex[row]}`) ?? [];
          expect(value).toBeCloseTo(gainOf(own), 6);
          pairs += 1;
        });
      }
      expect(pairs).toBe(events.size);
    }));

  it('the catalogue has all fields and the same text embeddings as the features', () =>
    withVersion(async (folder) => {
      const dataset = await openDataset(folder);
      const { users, items } = await readCatalogue(folder);
      expect(users.map((user) => user.id)).toEqual(dataset.userIds);
      expect(items.map((item) => item.id)).toEqual(dataset.itemIds);
      expect(Object.keys(items[0]?.fields ?? {})).toEqual(
        expect.arrayContaining(['text', 'industry', 'stage', 'type', 'skills']),
      );
      items.forEach((item, index) => {
        const start = index * dataset.summary.feature_dims.item;
        const text = dataset.itemFeatures.slice(start, start + dataset.textDim.item);
        expect([...text]).toEqual([...(item.embedding ?? new Float32Array(dataset.textDim.item))]);
      });
    }));

  it('a folder without a version is DATASET_NOT_FOUND', () =>
    withFolder(async (root) => {
      await expect(openDataset(root)).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' });
      await expect(builderIn(root).findLocal('../x')).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' });
    }));
});
