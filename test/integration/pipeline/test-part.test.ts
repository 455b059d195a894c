import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ResolvedData } from '../../../contracts/resolved-config.ts';
import { builderIn, dataSettings, SMALL } from '../../support/data-requests.ts';
import { filesData, writeRows } from '../../support/files-source.ts';
import { withFolder } from '../../support/make-folder.ts';
import { inMemory } from '../../support/version-tables.ts';

const TEMPORAL = { split: { method: 'temporal', train: 0.7, validation: 0.15, test: 0.15 } } as const;

const testPartIn = async (folder: string, data: ResolvedData, seed: number) => {
  const builder = builderIn(folder);
  const { version } = await builder.encode({ data, seed });
  return builder.readTestPart(version);
};

describe('pipeline/versions/test-part', () => {
  it('names users, first and last event of what users did in the test part', () =>
    withFolder(async (folder) => {
      const part = await testPartIn(folder, dataSettings(SMALL, TEMPORAL), 7);
      const file = join(folder, 'versions', part.dataset_version, 'samples.parquet');
      const [expected] = await inMemory((database) =>
        database.rows(
          'read',
          `SELECT count(DISTINCT user_id)::INTEGER AS users, epoch_ms(min(occurred_at))::VARCHAR AS first_ms,
            epoch_ms(max(occurred_at))::VARCHAR AS last_ms
          FROM '${file}' WHERE part = 'test' AND type <> 'negative_sample'`,
        ),
      );
      expect(part.users).toBe(expected?.users);
      expect(part.users).toBeGreaterThan(0);
      expect(part.starts_at).toBe(new Date(Number(expected?.first_ms)).toISOString());
      expect(part.ends_at).toBe(new Date(Number(expected?.last_ms)).toISOString());
      expect(part.starts_at < part.ends_at).toBe(true);
    }));

  it('is the same where only drawn negatives differ, and another where the rows do', () =>
    withFolder(async (folder) => {
      const settings = dataSettings(SMALL, TEMPORAL);
      const { dataset_version, ...part } = await testPartIn(folder, settings, 7);
      // A temporal split needs no chance; the negatives do.
      const { dataset_version: otherVersion, ...same } = await testPartIn(folder, settings, 8);
      expect(otherVersion).not.toBe(dataset_version);
      expect(same).toEqual(part);
      const other = await testPartIn(folder, dataSettings({ ...SMALL, seed: 8 }, TEMPORAL), 7);
      expect(other.rows_digest).not.toBe(part.rows_digest);
    }));

  it('has no end where the source knows no times: any rows may be the same again', () =>
    withFolder(async (folder) => {
      const rows = Array.from({ length: 400 }, (_, row) => ({
        user: `u${row % 20}`,
        item: `i${(row * 7) % 31}`,
        type: 'like',
      }));
      const path = await writeRows(folder, 'likes', 'csv', rows);
      const ids = { features: { id: { kind: 'id' } } } as const;
      const interactions = { path, user: 'user', item: 'item', type: 'type' };
      const settings = filesData({ users: ids, items: ids, interactions }, { split: { method: 'random' } });
      const part = await testPartIn(folder, settings, 7);
      expect(part).toMatchObject({ starts_at: '1970-01-01T00:00:00.000Z', ends_at: '9999-12-31T23:59:59.999Z' });
    }));
});
