import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../../config/resolve.ts';
import type { DataCheck } from '../../../contracts/data-report.ts';
import type { ResolvedData } from '../../../contracts/resolved-config.ts';
import { checkData } from '../../../pipeline/checks/check-data.ts';
import { type Database, openDatabase } from '../../../pipeline/duckdb/database.ts';
import type { SourceSchema } from '../../../pipeline/source.ts';
import { DEFAULT_LABELS, dataSettings } from '../../support/data-requests.ts';

const side = { hasText: false, embeddingDim: null, hasId: false } as const;
const SCHEMA: SourceSchema = {
  user: {
    ...side,
    fields: [
      { name: 'city', kind: 'categorical', width: 8 },
      { name: 'age', kind: 'numeric', transform: 'none' },
    ],
  },
  item: { ...side, hasText: true, fields: [{ name: 'tags', kind: 'multi_categorical', width: 8 }] },
};

/** 6,000 sound interactions of 60 users and 300 items, all seven types, within 2025. */
const SOUND = [
  `CREATE TABLE users AS
    SELECT 'u' || i AS user_id, 'city ' || (i % 5) AS city, (20 + i % 40)::DOUBLE AS age FROM range(60) AS t(i)`,
  `CREATE TABLE items AS
    SELECT 'i' || i AS item_id, 'about ' || i AS text, ['tag ' || (i % 7)] AS tags FROM range(300) AS t(i)`,
  `CREATE TABLE interactions AS
    SELECT 'e' || lpad(i::VARCHAR, 5, '0') AS interaction_id, 'u' || (i % 60) AS user_id, 'i' || (i * 7 % 300) AS item_id,
      (['apply', 'interest', 'favorite', 'like', 'click', 'view', 'dislike'])[1 + i % 7] AS type,
      TIMESTAMP '2025-01-01' + to_minutes(i) AS occurred_at, 'developer_startup' AS use_case
    FROM range(6000) AS t(i)`,
];
const NOW_MS = Date.UTC(2025, 11, 31);

const withData = async <T>(changes: readonly string[], use: (database: Database) => Promise<T>): Promise<T> => {
  const database = await openDatabase({ file: ':memory:', spillFolder: '', memoryLimitMegabytes: 512, threads: 1 });
  try {
    for (const sql of [...SOUND, ...changes]) {
      await database.run('prepare', sql);
    }
    return await use(database);
  } finally {
    database.close();
  }
};

const report = (changes: readonly string[], change: Partial<ResolvedData> = {}) =>
  withData(changes, (database) =>
    checkData(database, { data: dataSettings({}, change), schema: SCHEMA, nowMs: NOW_MS }),
  );

const failedIn = (checks: readonly DataCheck[]): readonly string[] =>
  checks.filter(({ status }) => status === 'failed').map(({ id }) => id);

const event = (id: string, change: Partial<Record<'user' | 'item' | 'type' | 'at', string>> = {}): string => {
  const { user = "'u1'", item = "'i1'", type = "'view'", at = "'2025-06-01'" } = change;
  return `INSERT INTO interactions VALUES (${id}, ${user}, ${item}, ${type}, ${at}, 'developer_startup')`;
};

interface Fault {
  readonly id: string;
  readonly level: 'blocking' | 'warning';
  readonly changes: readonly string[];
  readonly count: number;
  readonly example: string;
  readonly settings?: Partial<ResolvedData>;
}

const EMBEDDINGS = [
  "CREATE TABLE user_embeddings AS SELECT user_id, [0.5, 0.5]::FLOAT[2] AS embedding FROM users WHERE user_id <> 'u3'",
  'CREATE TABLE item_embeddings AS SELECT item_id, [0.5, 0.5]::FLOAT[2] AS embedding FROM items',
];

const FAULTS: readonly Fault[] = [
  {
    id: 'unknown-users',
    level: 'blocking',
    changes: [event("'x'", { user: "'nobody'" })],
    count: 1,
    example: 'interaction_id x, user_id nobody',
  },
  {
    id: 'unknown-items',
    level: 'blocking',
    changes: [event("'x'", { item: "'nothing'" })],
    count: 1,
    example: 'interaction_id x, item_id nothing',
  },
  {
    id: 'unknown-types',
    level: 'blocking',
    changes: [event("'x'", { type: "'stare'" })],
    count: 1,
    example: 'interaction_id x, type stare',
  },
  {
    id: 'null-keys',
    level: 'blocking',
    changes: [event("'x'", { at: 'NULL' })],
    count: 1,
    example: 'interaction_id x, user_id u1, item_id i1, type view, occurred_at NULL',
  },
  {
    id: 'repeated-interaction-ids',
    level: 'blocking',
    changes: [event("'e00000'")],
    count: 1,
    example: 'interaction_id e00000, row_count 2',
  },
  {
    id: 'repeated-user-ids',
    level: 'blocking',
    changes: ["INSERT INTO users VALUES ('u1', 'city 1', 30)"],
    count: 1,
    example: 'user_id u1, row_count 2',
  },
  {
    id: 'repeated-item-ids',
    level: 'blocking',
    changes: ["INSERT INTO items VALUES ('i1', 'again', ['tag 1'])"],
    count: 1,
    example: 'item_id i1, row_count 2',
  },
  {
    id: 'null-user-ids',
    level: 'blocking',
    changes: ["INSERT INTO users VALUES (NULL, 'city 1', 30)"],
    count: 1,
    example: 'user_id NULL, row_count 1',
  },
  {
    id: 'repeated-events',
    level: 'warning',
    changes: [event("'x'"), event("'y'")],
    count: 1,
    example: 'user_id u1, item_id i1, type view, occurred_at 2025-06-01 00:00:00, row_count 2',
  },
  {
    id: 'future-times',
    level: 'warning',
    changes: [event("'x'", { at: "'2026-01-01'" })],
    count: 1,
    example: 'interaction_id x, occurred_at 2026-01-01 00:00:00',
  },
  {
    id: 'only-future-times',
    level: 'blocking',
    // 2025-01-01 becomes 2026-01-02, a day and a half after the clock of this test.
    changes: ['UPDATE interactions SET occurred_at = occurred_at + INTERVAL 366 DAY + INTERVAL 12 HOUR'],
    count: 1,
    example: 'first_at 2026-01-02 12:00:00',
  },
  {
    id: 'early-times',
    level: 'warning',
    changes: [event("'x'", { at: "'1970-01-21'" })],
    count: 1,
    example: 'interaction_id x, occurred_at 1970-01-21 00:00:00',
  },
  {
    id: 'constant-features',
    level: 'warning',
    changes: ["UPDATE users SET city = 'Berlin'"],
    count: 1,
    example: 'feature users.city, value Berlin',
  },
  {
    id: 'missing-features',
    level: 'warning',
    changes: ["UPDATE items SET tags = [] WHERE item_id < 'i2'"],
    count: 1,
    example: 'feature items.tags, missing 112, percent 37.3',
  },
  {
    id: 'missing-features',
    level: 'warning',
    changes: ['UPDATE users SET age = NULL WHERE age < 35'],
    count: 1,
    example: 'feature users.age, missing 30, percent 50',
  },
  {
    id: 'missing-features',
    level: 'warning',
    changes: ["UPDATE items SET text = ' '"],
    count: 1,
    example: 'feature items.text, missing 300, percent 100',
  },
  {
    id: 'dominant-label',
    level: 'warning',
    changes: ["UPDATE interactions SET type = 'view' WHERE interaction_id > 'e00500'"],
    count: 1,
    example: 'label 0.4, row_count 5570, percent 92.8',
  },
  {
    id: 'no-positives',
    level: 'warning',
    changes: ["UPDATE interactions SET type = 'dislike'"],
    count: 1,
    example: 'problem no interaction has a label above 0',
  },
  {
    id: 'no-zeros',
    level: 'warning',
    changes: ["UPDATE interactions SET type = 'view' WHERE type = 'dislike'"],
    settings: { negative_samples: 0 },
    count: 1,
    example: 'problem no interaction has label 0, and data.negative_samples is 0',
  },
  {
    id: 'few-samples',
    level: 'warning',
    changes: ["DELETE FROM interactions WHERE interaction_id >= 'e03000'"],
    count: 1,
    example: 'sample_count 3600',
  },
  {
    id: 'users-without-interactions',
    level: 'warning',
    changes: ["INSERT INTO users SELECT 'new' || i, 'city 1', 30 FROM range(20) AS t(i)"],
    count: 20,
    example: 'user_id new0',
  },
  {
    id: 'items-without-interactions',
    level: 'warning',
    changes: ["INSERT INTO items SELECT 'new' || i, 'about', ['tag 1'] FROM range(80) AS t(i)"],
    count: 80,
    example: 'item_id new0',
  },
  {
    id: 'popular-items',
    level: 'warning',
    changes: ["UPDATE interactions SET item_id = 'i5' WHERE interaction_id >= 'e02500'"],
    count: 3,
    example: 'item_id i5, row_count 35',
  },
  {
    id: 'joined-values',
    level: 'blocking',
    changes: ["UPDATE items SET tags = [tags[1] || ';tag 9;' || (hash(item_id) % 3)::VARCHAR]"],
    count: 1,
    example: `feature items.tags, likely_separator ";", value "tag `,
  },
  {
    id: 'dropped-values',
    level: 'warning',
    // 60 cities of one user each; the 7 of the vocabulary are 7 of 60.
    changes: ["UPDATE users SET city = 'city of ' || user_id"],
    count: 1,
    example: 'feature users.city, value_count 60, kept_values 7, kept_percent 11.7',
  },
  {
    id: 'items-met-once',
    level: 'warning',
    // 6,000 items of their own, and one that is met once more: 5,999 of 6,000 have one interaction.
    changes: ['UPDATE interactions SET item_id = interaction_id', event("'x'", { item: "'e00007'" })],
    count: 5999,
    example: 'item_id e00000',
  },
  {
    id: 'few-candidates',
    level: 'warning',
    // User u1 has met all of the 300 items: the last one of them is the only candidate when it is asked about.
    changes: [
      `INSERT INTO interactions
        SELECT 'x' || i, 'u1', 'i' || i, 'view', TIMESTAMP '2025-06-01', 'developer_startup' FROM range(300) AS t(i)`,
    ],
    count: 1,
    example: 'user_id u1, candidates 1',
  },
  {
    id: 'missing-user-embeddings',
    level: 'blocking',
    changes: EMBEDDINGS,
    settings: { min_coverage: 0.99 },
    count: 1,
    example: 'user_id u3',
  },
  {
    id: 'broken-item-embeddings',
    level: 'blocking',
    changes: [...EMBEDDINGS, "UPDATE item_embeddings SET embedding = ['NaN'::FLOAT, 1]::FLOAT[2] WHERE item_id = 'i7'"],
    count: 1,
    example: 'item_id i7',
  },
];

describe('pipeline/checks', () => {
  it('sound data passes every check, and every query runs as it is printed', () =>
    withData(EMBEDDINGS, async (database) => {
      const found = await checkData(database, { data: dataSettings(), schema: SCHEMA, nowMs: NOW_MS });
      expect(failedIn(found.checks)).toEqual([]);
      expect(found).toMatchObject({ blocking: 0, warnings: 0 });
      expect(new Set(found.checks.map(({ id }) => id)).size).toBe(found.checks.length);
      for (const { query, count } of found.checks) {
        expect(query).toMatch(/^(SELECT|WITH)\s/);
        expect(await database.rows('run a check', query)).toHaveLength(count);
      }
    }));

  it.each(FAULTS)('$id finds its rows with an example ($level)', async (fault) => {
    const { checks, blocking, warnings } = await report(fault.changes, fault.settings);
    const check = checks.find(({ id }) => id === fault.id);
    expect(check).toMatchObject({ level: fault.level, count: fault.count, status: 'failed' });
    expect(check?.examples[0]).toContain(fault.example);
    expect(fault.level === 'blocking' ? blocking : warnings).toBeGreaterThan(0);
  });

  it('every check has a fault that makes it fail in these tests', async () => {
    const { checks } = await report(EMBEDDINGS);
    const tested = new Set(FAULTS.map(({ id }) => id.replace(/-(user|item)-/, '-side-')));
    expect(checks.map(({ id }) => id.replace(/-(user|item)-/, '-side-')).filter((id) => !tested.has(id))).toEqual([]);
  });

  it('bad rows within max_bad_rows are warnings, others stay blocking', async () => {
    const changes = [event("'x'", { user: "'nobody'" }), event("'y'", { item: "'nothing'" })];
    expect(await report(changes, { max_bad_rows: 1 })).toMatchObject({ blocking: 2, warnings: 0 });
    const { checks, blocking, warnings } = await report(changes, { max_bad_rows: 2 });
    expect({ blocking, warnings }).toEqual({ blocking: 0, warnings: 2 });
    expect(failedIn(checks)).toEqual(['unknown-users', 'unknown-items']);
  });

  it('other use cases and ignored types are not looked at, and names are quoted', async () => {
    const other = event("'x'", { user: "'nobody'", type: "'it''s'" });
    const settings = {
      ignored_types: ["it's"],
      labels: { ...DEFAULT_LABELS, "don't {now}": { weight: 1, label: 0.5 } },
    };
    const { checks } = await report([other], settings);
    expect(failedIn(checks)).toEqual([]);
    const foreign = await report([], { use_case: "investor's" });
    expect(failedIn(foreign.checks)).toContain('no-positives');
  });

  it('times that are all before 1990 are told where the source has a column of times', async () => {
    const longAgo = ["UPDATE interactions SET occurred_at = occurred_at - INTERVAL '50 years'"];
    expect(failedIn((await report(longAgo)).checks)).toContain('early-times');
    const { data } = resolveConfig({
      name: 'timeless',
      data: { source: { type: 'files', interactions: { path: 'events.csv', type: 'type' } } },
    });
    // What has no time is read as the first moment of 1970.
    const timeless = ["UPDATE interactions SET occurred_at = TIMESTAMP '1970-01-01'"];
    expect(failedIn((await report(timeless, data)).checks)).not.toContain('early-times');
  });

  it.each([
    ['lists that are split well', "[tags[1], 'tag ' || (hash(item_id) % 3)::VARCHAR]"],
    ['single values without a common character', '[tags[1]]'],
    ['whole values that happen to hold a comma', "['Town ' || item_id || ', Region ' || item_id]"],
  ])('%s are no joined values', async (_, tags) => {
    expect(failedIn((await report([`UPDATE items SET tags = ${tags}`])).checks)).not.toContain('joined-values');
  });
});
