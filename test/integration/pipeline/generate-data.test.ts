import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../../config/resolve.ts';
import type { ExperimentConfig } from '../../../contracts/experiment-config.ts';
import { openDatabase } from '../../../pipeline/duckdb/database.ts';
import { generateSyntheticData } from '../../../pipeline/index.ts';
import { builderIn, SMALL } from '../../support/data-requests.ts';
import { withFolder } from '../../support/make-folder.ts';

const options = { ...SMALL, seed: 7, isForced: false, memoryLimitMegabytes: 256, threads: 1 };
const TABLES = ['interactions', 'item_embeddings', 'item_factors', 'items', 'user_embeddings', 'user_factors', 'users'];

describe('pipeline/generate-data', () => {
  it.each(['parquet', 'csv'] as const)('writes every table as %s', (format) =>
    withFolder(async (folder) => {
      const generated = await generateSyntheticData({ ...options, folder, format });
      expect(generated).toMatchObject({ users: 60, items: 40 });
      expect((await readdir(folder)).sort()).toEqual([
        'experiment.json',
        ...TABLES.map((table) => `${table}.${format}`),
      ]);
      const database = await openDatabase({ file: ':memory:', spillFolder: '', memoryLimitMegabytes: 256, threads: 1 });
      try {
        const count = async (table: string) => {
          const sql = `SELECT count(*)::INTEGER AS n FROM '${join(folder, `${table}.${format}`)}'`;
          return (await database.rows('count', sql))[0]?.n;
        };
        expect([await count('users'), await count('items'), await count('interactions')]).toEqual([
          60,
          40,
          generated.interactions,
        ]);
      } finally {
        database.close();
      }
    }),
  );

  it('the same options give the same bytes and replace what was there when asked to', () =>
    withFolder(async (root) => {
      const read = async (name: string) => (await readFile(join(root, name))).toString('base64');
      await generateSyntheticData({ ...options, seed: 8, folder: root, format: 'parquet' });
      const other = await read('interactions.parquet');
      await generateSyntheticData({ ...options, folder: root, format: 'parquet', isForced: true });
      const first = await read('interactions.parquet');
      await generateSyntheticData({ ...options, folder: root, format: 'parquet', isForced: true, threads: 2 });
      expect(await read('interactions.parquet')).toBe(first);
      expect(first).not.toBe(other);
    }));

  it.each(['users.csv', 'experiment.json'])('refuses to replace %s unasked, and writes nothing', (name) =>
    withFolder(async (root) => {
      await writeFile(join(root, name), 'my own');
      await expect(generateSyntheticData({ ...options, folder: root, format: 'csv' })).rejects.toMatchObject({
        code: 'USAGE',
        message: expect.stringContaining(`${name} already exists`),
        hint: expect.stringContaining('--force'),
      });
      expect(await readdir(root)).toEqual([name]);
      expect(await readFile(join(root, name), 'utf8')).toBe('my own');
    }),
  );

  it('leaves files of other names beside its own', () =>
    withFolder(async (root) => {
      await writeFile(join(root, 'notes.csv'), 'my own');
      await generateSyntheticData({ ...options, folder: root, format: 'csv' });
      expect(await readFile(join(root, 'notes.csv'), 'utf8')).toBe('my own');
    }));

  it('its config reads the files as the very version of the synthetic source', () =>
    withFolder(async (root) => {
      const versionOf = async (name: string, config: ExperimentConfig) => {
        const { data, seed } = resolveConfig(config);
        const { version, feature_dims } = await builderIn(join(root, 'data', name)).encode({ data, seed });
        expect(feature_dims).toEqual({ user: 512, item: 468 });
        return version;
      };
      const source = { type: 'synthetic', ...SMALL, seed: options.seed } as const;
      const versions = [await versionOf('synthetic', { name: 'synthetic', data: { source } })];
      for (const format of ['parquet', 'csv'] as const) {
        const folder = join(root, format);
        await generateSyntheticData({ ...options, folder, format });
        const config: ExperimentConfig = JSON.parse(await readFile(join(folder, 'experiment.json'), 'utf8'));
        versions.push(await versionOf(format, config));
      }
      expect(versions[0]).toMatch(/^ds-[0-9a-f]{16}$/);
      expect(new Set(versions).size, versions.join(' ')).toBe(1);
    }));
});
