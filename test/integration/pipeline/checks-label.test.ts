import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../pipeline/duckdb/database.ts';
import type { ExtractOutput } from '../../../pipeline/stages/extract.ts';
import { label } from '../../../pipeline/stages/label.ts';
import { type StageContext, withDatabase, writeParquet } from '../../../pipeline/stages/stage.ts';
import { publishFolder } from '../../../pipeline/store/publish-folder.ts';
import { dataSettings } from '../../support/data-requests.ts';
import { withFolder } from '../../support/make-folder.ts';

const notNeeded = () => Promise.reject(new Error('labels need no source and no text encoder'));

const contextIn = (dataFolder: string, log: StageContext['log'] = () => undefined): StageContext => ({
  dataFolder,
  memoryLimitMegabytes: 512,
  threads: 2,
  gitCommit: null,
  now: () => Date.UTC(2025, 11, 31),
  log,
  sources: { environment: notNeeded, sqliteExtension: notNeeded },
  textEncoder: notNeeded,
});

const side = { fields: [], hasText: false, embeddingDim: null, hasId: true } as const;

/** An extract of 40 users, 50 items and 8,000 events, and what `extra` changes. */
const extractIn = async (context: StageContext, extra: readonly string[] = []): Promise<ExtractOutput> => {
  const folder = join(context.dataFolder, 'extracts', 'ex-0000000000000000');
  await publishFolder({
    folder,
    temporaryFolder: join(context.dataFolder, 'tmp'),
    what: 'build an extract',
    fill: (target) =>
      withDatabase(context, async (database) => {
        await database.run('users', "CREATE TABLE users AS SELECT 'u' || i AS user_id FROM range(40) AS t(i)");
        await database.run('items', "CREATE TABLE items AS SELECT 'i' || i AS item_id FROM range(50) AS t(i)");
        await database.run(
          'interactions',
          `CREATE TABLE interactions AS
            SELECT 'e' || i AS interaction_id, 'u' || (i % 40) AS user_id, 'i' || (i * 7 % 50) AS item_id,
              (['apply', 'like', 'view', 'dislike'])[1 + (i // 40) % 4] AS type,
              TIMESTAMP '2025-01-01' + to_minutes(i * 7919 % 8000) AS occurred_at, 'developer_startup' AS use_case
            FROM range(8000) AS t(i)`,
        );
        for (const sql of extra) {
          await database.run('change', sql);
        }
        const order = { users: 'user_id', items: 'item_id', interactions: 'user_id, occurred_at, interaction_id' };
        for (const [table, by] of Object.entries(order)) {
          await writeParquet(database, {
            file: join(target, `${table}.parquet`),
            sql: `SELECT * FROM ${table} ORDER BY ${by}`,
          });
        }
        return { format: 1, id: 'ex-0000000000000000', rows: 8000, settings: {} };
      }),
  });
  return {
    id: 'ex-0000000000000000',
    folder,
    rows: 8000,
    schema: { user: side, item: side },
    hasFactors: false,
    identity: null,
    factorDim: null,
    origin: [],
    bad: { count: 0, problems: [] },
  };
};

const BAD_EVENT = "INSERT INTO interactions VALUES ('x', 'nobody', 'i1', 'view', '2025-03-01', 'developer_startup')";
const FIRST_AGAIN = "INSERT INTO interactions VALUES ('e0', 'u9', 'i1', 'view', '2025-03-01', 'developer_startup')";

describe('pipeline/label stage', () => {
  it.each([
    ['event', [], 0],
    ['event', [BAD_EVENT, FIRST_AGAIN], 2],
    ['pair', [BAD_EVENT], 1],
  ] as const)(
    'pipeline/stages/label: unit %s with %j keeps the order of user, time and id',
    (unit, changes, maxBadRows) =>
      withFolder(async (root) => {
        const context = contextIn(root);
        const data = dataSettings({}, { unit, max_bad_rows: maxBadRows, min_interactions: 2 });
        const { folder, rows, bad } = await label(context, data, await extractIn(context, changes));
        expect(bad.count).toBe(maxBadRows);
        const database = await openDatabase({
          file: ':memory:',
          spillFolder: '',
          memoryLimitMegabytes: 256,
          threads: 1,
        });
        try {
          const file = join(folder, 'labelled.parquet');
          const [found] = await database.rows(
            'compare the order',
            `WITH stored AS (SELECT *, row_number() OVER () AS place FROM read_parquet('${file}')),
            sorted AS (SELECT place, row_number() OVER (ORDER BY user_id, occurred_at, interaction_id) AS wanted FROM stored)
            SELECT count(*)::INTEGER AS row_count, count(*) FILTER (place <> wanted)::INTEGER AS misplaced FROM sorted`,
          );
          expect(found).toEqual({ row_count: rows, misplaced: 0 });
          expect(rows).toBeGreaterThan(unit === 'pair' ? 100 : 7999);
        } finally {
          database.close();
        }
      }),
  );

  it('pipeline/stages/label: bad rows are logged, and a stage found again is held to the limit of its caller', () =>
    withFolder(async (root) => {
      const logged: string[] = [];
      const context = contextIn(root, (level, message) => logged.push(`${level}: ${message}`));
      const extracted = await extractIn(context, [BAD_EVENT]);
      const first = await label(context, dataSettings({}, { max_bad_rows: 5 }), extracted);
      const warning =
        'warn: left out 1 interactions that cannot be used: 1 with unknown user (interaction x: "nobody")';
      expect(logged).toContain(warning);
      logged.length = 0;
      expect(await label(context, dataSettings({}, { max_bad_rows: 1 }), extracted)).toEqual(first);
      expect(logged).toEqual([warning]);
      await expect(label(context, dataSettings(), extracted)).rejects.toMatchObject({
        code: 'DATA_INVALID',
        details: { count: 1, max_bad_rows: 0 },
      });
    }));

  it('pipeline/stages/label: quick checks warn before training, and refuse ids that are not unique', () =>
    withFolder(async (root) => {
      const logged: string[] = [];
      const context = contextIn(join(root, 'warned'), (level, message) => logged.push(`${level}: ${message}`));
      await label(
        context,
        dataSettings(),
        await extractIn(context, [
          "UPDATE interactions SET type = 'view', occurred_at = '2031-01-01' WHERE user_id <> 'u1'",
        ]),
      );
      expect(logged.filter((line) => line.startsWith('warn'))).toEqual([
        expect.stringMatching(
          /^warn: future-times: Interactions lie in the future: 7800 of 8000 \(interaction_id e0, /,
        ),
        expect.stringMatching(/^warn: dominant-label: .* \(label 0\.4, row_count \d+, percent 9\d/),
      ]);
      const other = contextIn(join(root, 'refused'));
      const repeated = await extractIn(other, ["INSERT INTO items VALUES ('i7')"]);
      await expect(label(other, dataSettings(), repeated)).rejects.toMatchObject({
        code: 'DATA_INVALID',
        message:
          'Data cannot be used: repeated-item-ids: Several items have the same id: 1 of 51 (item_id i7, row_count 2)',
      });
    }));
});
