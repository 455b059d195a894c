import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveConfig } from '../../../config/resolve.ts';
import type { SourceIdentity } from '../../../contracts/source-reading.ts';
import { builderIn, NO_ACCESS } from '../../support/data-requests.ts';
import { withFolder } from '../../support/make-folder.ts';
import { startPostgres, type TestPostgres } from '../../support/postgres.ts';

const { data } = resolveConfig({
  name: 'binding',
  data: {
    source: {
      type: 'postgres',
      incremental: true,
      users: { table: 'users', features: { id: { kind: 'id' } } },
      items: { table: 'items', features: { id: { kind: 'id' } } },
      interactions: { table: 'events', item: 'item_id', time: 'at', constant_type: 'view' },
    },
    use_case: 'tests',
  },
});

/** 20 users who each meet 6 of 20 items, a day apart; `shift` makes the rows of each database its own. */
const tablesOf = (shift: number): string => `
  CREATE TABLE users AS SELECT 'u' || n AS user_id FROM generate_series(0, 19) AS n;
  CREATE TABLE items AS SELECT 'i' || n AS item_id FROM generate_series(0, 19) AS n;
  CREATE TABLE events AS SELECT 'u' || n AS user_id, 'i' || (n * 3 + k + ${shift}) % 20 AS item_id,
    timestamp '2025-01-01' + (n * 6 + k) * interval '1 day' AS at
  FROM generate_series(0, 19) AS n, generate_series(0, 5) AS k;`;

const LATER_EVENT = "INSERT INTO events VALUES ('u0', 'i19', '2025-12-01')";

describe('pipeline/sources/postgres: binding', () => {
  let postgres: TestPostgres;

  beforeAll(async () => {
    postgres = await startPostgres();
    for (const [database, shift] of [
      ['a', 0],
      ['b', 7],
    ] as const) {
      await postgres.sql(`CREATE DATABASE ${database}`);
      await postgres.sql(tablesOf(shift), database);
    }
  });
  afterAll(() => postgres?.stop());

  const identityOf = (database: string): SourceIdentity => ({
    host: '127.0.0.1',
    port: postgres.port,
    database,
    user: postgres.user,
    options: null,
  });
  const binding = (database: string) => ({ experimentId: 'one-0000000000', identity: identityOf(database) });
  const readerOf = (folder: string, database: string, logged: string[] = []) =>
    builderIn(folder, {
      log: (_, message) => logged.push(message),
      sources: { ...NO_ACCESS, environment: async () => ({ DATABASE_URL: postgres.url(database) }) },
    });

  it('pipeline/stages/extract: never reads another database than the one that the experiment is bound to', () =>
    withFolder(async (folder) => {
      const request = { data, seed: 7, binding: binding('a') };
      await expect(readerOf(folder, 'b').extract(request)).rejects.toMatchObject({
        code: 'SOURCE_MISMATCH',
        message: expect.stringMatching(
          /^experiment one-0000000000: reads Postgres at 127\.0\.0\.1:\d+, database a, user owner, and .* name .*, database b, user owner$/,
        ),
      });
      expect(await readerOf(folder, 'a').extract(request)).toMatchObject({ rows: 120, identity: identityOf('a') });
    }));

  it('pipeline/stages/extract: a step that has no copy of the rows asks the same database for them again', () =>
    withFolder(async (folder) => {
      const here = join(folder, 'here');
      const { id, bad } = await readerOf(here, 'a').extract({ data, seed: 7, binding: binding('a') });
      const later = { data, seed: 7, extract: id, unread: bad, binding: binding('a') };
      // The copy is here: nothing is asked.
      expect((await readerOf(here, 'b').label(later)).rows).toBe(120);
      await expect(readerOf(join(folder, 'elsewhere'), 'b').label(later)).rejects.toMatchObject({
        code: 'SOURCE_MISMATCH',
      });
    }));

  it('pipeline/stages/encode: provenance names the database, and another database is no parent', () =>
    withFolder(async (folder) => {
      const provenances = [];
      for (const database of ['a', 'b']) {
        const { version } = await readerOf(folder, database).encode({ data, seed: 7 });
        const text = await readFile(join(folder, 'versions', version, 'provenance.json'), 'utf8');
        provenances.push(JSON.parse(text));
        expect(text).not.toContain(postgres.password);
      }
      expect(provenances).toMatchObject([
        { source: identityOf('a'), parent_version: null },
        { source: identityOf('b'), parent_version: null },
      ]);
    }));

  it('pipeline/stages/extract: what an increment starts from belongs to the database', () =>
    withFolder(async (folder) => {
      await readerOf(folder, 'a').extract({ data, seed: 7 });
      await readerOf(folder, 'b').extract({ data, seed: 7 });
      await postgres.sql(LATER_EVENT, 'a');
      const logged: string[] = [];
      expect((await readerOf(folder, 'a', logged).extract({ data, seed: 7 })).rows).toBe(121);
      expect(logged.join('\n')).toContain('incremental: reads interactions from');
    }));
});
