import { describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../pipeline/duckdb/database.ts';
import { labelTables } from '../../../pipeline/stages/label.ts';
import { dataSettings } from '../../support/data-requests.ts';

/** Users u and v, items a and b, and the given interactions: (id, user, item, type, use case). */
const withInteractions = async <T>(rows: readonly string[], use: (database: Database) => Promise<T>): Promise<T> => {
  const database = await openDatabase({ file: ':memory:', spillFolder: '', memoryLimitMegabytes: 256, threads: 1 });
  try {
    await database.run('users', "CREATE TABLE users AS SELECT * FROM (VALUES ('u'), ('v')) AS t(user_id)");
    await database.run('items', "CREATE TABLE items AS SELECT * FROM (VALUES ('a'), ('b')) AS t(item_id)");
    await database.run(
      'interactions',
      `CREATE TABLE interactions AS
        SELECT *, CASE WHEN interaction_id <> 'timeless' THEN TIMESTAMP '2025-01-01' END AS occurred_at
        FROM (VALUES ${rows.join(', ')}) AS t(interaction_id, user_id, item_id, type, use_case)`,
    );
    return await use(database);
  } finally {
    database.close();
  }
};

const OURS = "'developer_startup'";

describe('pipeline/label', () => {
  it('pipeline/label: every type gets its label and weight', async () => {
    const types = ['apply', 'interest', 'favorite', 'like', 'click', 'view', 'dislike'];
    const rows = types.map((type, index) => `('e${index}', 'u', 'a', '${type}', ${OURS})`);
    const labelled = await withInteractions(rows, async (database) => {
      expect(await labelTables(database, dataSettings())).toBe(7);
      return database.rows('read', 'SELECT round(label, 2) AS label, weight FROM labelled ORDER BY interaction_id');
    });
    expect(labelled.map(({ label, weight }) => [Number(label).toFixed(1), weight])).toEqual([
      ['1.0', 3],
      ['1.0', 3.5],
      ['0.9', 2.5],
      ['0.8', 2],
      ['0.6', 1],
      ['0.4', 0.5],
      ['0.0', -1],
    ]);
  });

  it('pipeline/label: other use cases and users with too few interactions are left out', async () => {
    const rows = [
      `('e1', 'u', 'a', 'view', ${OURS})`,
      `('e2', 'u', 'b', 'view', ${OURS})`,
      `('e3', 'v', 'a', 'view', ${OURS})`,
      "('e4', 'v', 'b', 'view', 'other')",
      "('e5', 'nobody', 'b', 'stare', 'other')",
    ];
    const ids = await withInteractions(rows, async (database) => {
      expect(await labelTables(database, dataSettings({}, { min_interactions: 2 }))).toBe(2);
      return database.rows('read', 'SELECT interaction_id FROM labelled ORDER BY interaction_id');
    });
    expect(ids).toEqual([{ interaction_id: 'e1' }, { interaction_id: 'e2' }]);
  });

  it('pipeline/label: No data loaded tells apart what each filter removed', async () => {
    const rows = [
      `('e1', 'u', 'a', 'view', ${OURS})`,
      "('e2', 'v', 'a', 'view', 'other')",
      "('e3', 'v', 'b', 'view', 'other')",
    ];
    const failing = withInteractions(rows, (database) =>
      labelTables(database, dataSettings({}, { min_interactions: 2 })),
    );
    await expect(failing).rejects.toMatchObject({
      code: 'NO_DATA_LOADED',
      message:
        'No data loaded: of 3 interactions, use_case "developer_startup" removed 2 and min_interactions 2 removed 1',
    });
  });

  it.each([
    ['an unknown user', `('e9', 'x', 'a', 'view', ${OURS})`, '1 with unknown user "x" (interaction e9)'],
    ['an unknown item', `('e9', 'u', 'x', 'view', ${OURS})`, '1 with unknown item "x" (interaction e9)'],
    ['an unknown type', `('e9', 'u', 'a', 'stare', ${OURS})`, '1 with unknown type "stare" (interaction e9)'],
    ['no time', `('timeless', 'u', 'a', 'view', ${OURS})`, '1 with no time (interaction timeless)'],
    ['an id used twice', `('e1', 'u', 'b', 'view', ${OURS})`, '1 with duplicate interaction id (e1)'],
  ])('pipeline/label: %s is DATA_INVALID with count and example', async (_, row, part) => {
    const rows = [`('e1', 'u', 'a', 'view', ${OURS})`, row];
    const failing = withInteractions(rows, (database) => labelTables(database, dataSettings()));
    await expect(failing).rejects.toMatchObject({ code: 'DATA_INVALID', message: expect.stringContaining(part) });
  });
});
