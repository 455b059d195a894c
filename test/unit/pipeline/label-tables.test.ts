import { describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../pipeline/duckdb/database.ts';
import { labelTables } from '../../../pipeline/stages/label.ts';
import { DEFAULT_LABELS, dataSettings } from '../../support/data-requests.ts';

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
  it('pipeline/stages/label: every type gets its label and weight', async () => {
    const types = ['apply', 'interest', 'favorite', 'like', 'click', 'view', 'dislike'];
    const rows = types.map((type, index) => `('e${index}', 'u', 'a', '${type}', ${OURS})`);
    const labelled = await withInteractions(rows, async (database) => {
      expect(await labelTables(database, dataSettings())).toEqual({
        rows: 7,
        bad: { count: 0, problems: [] },
        filtered: { use_case: 0, ignored_types: 0, min_interactions: 0 },
      });
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

  it('pipeline/stages/label: other use cases and users with too few interactions are left out', async () => {
    const rows = [
      `('e1', 'u', 'a', 'view', ${OURS})`,
      `('e2', 'u', 'b', 'view', ${OURS})`,
      `('e3', 'v', 'a', 'view', ${OURS})`,
      "('e4', 'v', 'b', 'view', 'other')",
      "('e5', 'nobody', 'b', 'stare', 'other')",
    ];
    const ids = await withInteractions(rows, async (database) => {
      const { rows: kept, filtered } = await labelTables(database, dataSettings({}, { min_interactions: 2 }));
      // e1 and e2 are left; e4 and e5 are of the other use case; e3 is all that v has.
      expect([kept, filtered]).toEqual([2, { use_case: 2, ignored_types: 0, min_interactions: 1 }]);
      return database.rows('read', 'SELECT interaction_id FROM labelled ORDER BY interaction_id');
    });
    expect(ids).toEqual([{ interaction_id: 'e1' }, { interaction_id: 'e2' }]);
  });

  it('pipeline/stages/label: No data loaded tells apart what each filter removed', async () => {
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

  it('pipeline/stages/label: No data loaded also counts ignored types and bad rows', async () => {
    const rows = [
      `('e1', 'u', 'a', 'view', ${OURS})`,
      `('e2', 'u', 'a', 'scroll', ${OURS})`,
      `('e3', 'u', 'x', 'view', ${OURS})`,
    ];
    const change = { min_interactions: 2, ignored_types: ['scroll'], max_bad_rows: 1 };
    const failing = withInteractions(rows, (database) => labelTables(database, dataSettings({}, change)));
    await expect(failing).rejects.toMatchObject({
      code: 'NO_DATA_LOADED',
      message:
        'No data loaded: of 3 interactions, use_case "developer_startup" removed 0, ignored_types removed 1, ' +
        '1 were bad rows and min_interactions 2 removed 1',
    });
  });

  const BAD = [
    ['an unknown user', `('e9', 'x', 'a', 'view', ${OURS})`, '1 with unknown user (interaction e9: "x")'],
    ['an unknown item', `('e9', 'u', 'x', 'view', ${OURS})`, '1 with unknown item (interaction e9: "x")'],
    ['an unknown type', `('e9', 'u', 'a', 'stare', ${OURS})`, '1 with unknown type "stare" (interaction e9)'],
    ['no type', `('e9', 'u', 'a', NULL, ${OURS})`, '1 with no type (interaction e9)'],
    ['no user', `('e9', NULL, 'a', 'view', ${OURS})`, '1 with no user (interaction e9)'],
    ['no item', `('e9', 'u', NULL, 'view', ${OURS})`, '1 with no item (interaction e9)'],
    ['no id', `(NULL, 'u', 'a', 'view', ${OURS})`, '1 with no interaction id (user u)'],
    ['no time', `('timeless', 'u', 'a', 'view', ${OURS})`, '1 with no time (interaction timeless)'],
    ['an id used twice', `('e1', 'u', 'b', 'view', ${OURS})`, '1 with an id used before (interaction e1)'],
  ] as const;

  it.each(BAD)('pipeline/stages/label: %s is DATA_INVALID with count, example and remedy', async (_, row, part) => {
    const rows = [`('e1', 'u', 'a', 'view', ${OURS})`, row];
    const failing = withInteractions(rows, (database) => labelTables(database, dataSettings()));
    await expect(failing).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: `Rows cannot be used: got 1 bad rows, expected at most data.max_bad_rows 0: ${part}`,
      hint: expect.stringContaining('--max-bad-rows 1'),
    });
  });

  it.each(BAD)('pipeline/stages/label: %s is left out where max_bad_rows allows it', async (_, row) => {
    const rows = [`('e1', 'u', 'a', 'view', ${OURS})`, row, `('e2', 'v', 'a', 'like', ${OURS})`];
    const labelled = await withInteractions(rows, async (database) => {
      const { rows: count, bad } = await labelTables(database, dataSettings({}, { max_bad_rows: 1 }));
      expect([count, bad.count]).toEqual([2, 1]);
      return database.rows('read', 'SELECT interaction_id, item_id FROM labelled');
    });
    expect(labelled).toEqual([
      { interaction_id: 'e1', item_id: 'a' },
      { interaction_id: 'e2', item_id: 'a' },
    ]);
  });

  it('pipeline/stages/label: rows that could not even be read count with the others against max_bad_rows', async () => {
    const rows = [`('e1', 'u', 'a', 'view', ${OURS})`, `('e2', 'x', 'a', 'view', ${OURS})`];
    const unread = { count: 3, problems: [{ problem: 'a broken line', count: 3, examples: ['events.csv line 7'] }] };
    const counts = (maxBadRows: number) =>
      withInteractions(rows, (database) =>
        labelTables(database, dataSettings({}, { max_bad_rows: maxBadRows }), unread),
      );
    expect((await counts(4)).rows).toBe(1);
    await expect(counts(3)).rejects.toMatchObject({
      message: expect.stringContaining(
        'got 4 bad rows, expected at most data.max_bad_rows 3: 3 with a broken line (events.csv line 7',
      ),
      hint: expect.stringContaining('--max-bad-rows 4.'),
    });
  });

  it('pipeline/stages/label: many bad rows give five examples and the number of all', async () => {
    const rows = Array.from({ length: 12 }, (_, row) => `('e${10 + row}', 'x', 'a', 'view', ${OURS})`);
    const failing = withInteractions(rows, (database) => labelTables(database, dataSettings({}, { max_bad_rows: 11 })));
    await expect(failing).rejects.toMatchObject({
      message:
        'Rows cannot be used: got 12 bad rows, expected at most data.max_bad_rows 11: 12 with unknown user ' +
        '(interaction e10: "x", interaction e11: "x", interaction e12: "x", interaction e13: "x", interaction e14: "x")',
    });
  });

  it('pipeline/stages/label: ignored types are left out, also unknown ones, and labels can be changed and added', async () => {
    const rows = [
      `('e1', 'u', 'a', 'view', ${OURS})`,
      `('e2', 'u', 'b', 'scroll', ${OURS})`,
      `('e3', 'v', 'a', 'invest', ${OURS})`,
    ];
    const labels = { ...DEFAULT_LABELS, view: { weight: 0.1, label: 0.25 }, invest: { weight: 9, label: 1 } };
    const labelled = await withInteractions(rows, async (database) => {
      await labelTables(database, dataSettings({}, { labels, ignored_types: ['scroll'] }));
      return database.rows('read', 'SELECT interaction_id, label, round(weight, 2) AS weight FROM labelled');
    });
    expect(labelled).toEqual([
      { interaction_id: 'e1', label: 0.25, weight: expect.closeTo(0.1) },
      { interaction_id: 'e3', label: 1, weight: 9 },
    ]);
  });

  it.each([
    ['a negative weight beside a label', { bad: { weight: -1, label: 0.4 } }],
    ['the type of drawn negatives', { negative_sample: { weight: 1, label: 0 } }],
  ])('pipeline/stages/label: %s in data.labels is CONFIG_INVALID', async (_, extra) => {
    const labels = { ...DEFAULT_LABELS, ...extra };
    const failing = withInteractions([`('e1', 'u', 'a', 'view', ${OURS})`], (database) =>
      labelTables(database, dataSettings({}, { labels })),
    );
    await expect(failing).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('pipeline/label, unit pair', () => {
  /** Events of one pair, a minute apart, as (id, type); the row that decides it. */
  const decided = async (types: readonly string[]) => {
    const database = await openDatabase({ file: ':memory:', spillFolder: '', memoryLimitMegabytes: 256, threads: 1 });
    const values = types.map((type, minute) => `('e${minute}', '${type}', ${minute})`);
    try {
      await database.run('users', "CREATE TABLE users AS SELECT 'u' AS user_id");
      await database.run('items', "CREATE TABLE items AS SELECT 'a' AS item_id");
      await database.run(
        'interactions',
        `CREATE TABLE interactions AS SELECT interaction_id, 'u' AS user_id, 'a' AS item_id, type,
          TIMESTAMP '2025-01-01' + to_minutes(minute) AS occurred_at, ${OURS} AS use_case
          FROM (VALUES ${values.join(', ')}) AS t(interaction_id, type, minute)`,
      );
      await labelTables(database, dataSettings({}, { unit: 'pair' }));
      return await database.rows(
        'read',
        'SELECT interaction_id, type, minute(occurred_at)::INTEGER AS minute FROM labelled',
      );
    } finally {
      database.close();
    }
  };

  it.each([
    ['the highest label wins', ['view', 'like', 'click'], 1],
    ['of equal labels the higher weight wins', ['apply', 'interest', 'apply'], 1],
    ['of equal signals the first wins', ['view', 'like', 'like'], 1],
    ['a later dislike overrides', ['apply', 'view', 'dislike'], 2],
    ['a dislike before the last signals does not', ['apply', 'dislike', 'view', 'like'], 3],
    ['of several dislikes the last one counts', ['dislike', 'apply', 'dislike'], 2],
  ])('pipeline/stages/label: %s, with its id and time', async (_, types, index) => {
    expect(await decided(types)).toEqual([{ interaction_id: `e${index}`, type: types[index], minute: index }]);
  });
});
