/** Which samples, pairs, users and items two versions share. */
import type { RowChange, RowChanges } from '../../contracts/dataset-versions.ts';
import type { Database } from '../duckdb/database.ts';
import { NEGATIVE_TYPE } from '../settings.ts';
import { quoted } from './version-tables.ts';

const numbers = async (database: Database, what: string, sql: string): Promise<Readonly<Record<string, number>>> => {
  const [row = {}] = await database.rows(what, sql, { negative_type: NEGATIVE_TYPE });
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)]));
};

const changeOf = ({ a = 0, b = 0, common = 0 }: Readonly<Record<string, number>>): RowChange => ({
  a,
  b,
  added: b - common,
  removed: a - common,
  common,
});

/** As multisets: equal samples are counted. */
const diffSamples = async (database: Database, condition: string): Promise<RowChanges['samples']> => {
  const key = 'user_id, item_id, type, occurred_at, label, weight';
  const found = await numbers(
    database,
    'compare the samples',
    `WITH both_versions AS (
      SELECT ${key}, part, 1 AS in_a, 0 AS in_b FROM a_samples WHERE ${condition}
      UNION ALL
      SELECT ${key}, part, 0, 1 FROM b_samples WHERE ${condition}
    ),
    parts AS (SELECT ${key}, part, sum(in_a) AS in_a, sum(in_b) AS in_b FROM both_versions GROUP BY ALL),
    keys AS (
      SELECT ${key}, sum(in_a) AS in_a, sum(in_b) AS in_b, sum(least(in_a, in_b)) AS unmoved FROM parts GROUP BY ALL
    )
    SELECT sum(in_a)::DOUBLE AS a, sum(in_b)::DOUBLE AS b, sum(least(in_a, in_b))::DOUBLE AS common,
      sum(unmoved)::DOUBLE AS unmoved
    FROM keys`,
  );
  const change = changeOf(found);
  return { ...change, moved: change.common - (found.unmoved ?? 0) };
};

const diffPairs = async (database: Database): Promise<RowChange> =>
  changeOf(
    await numbers(
      database,
      'compare the pairs',
      `WITH a AS (SELECT DISTINCT user_id, item_id FROM a_samples WHERE type <> $negative_type),
        b AS (SELECT DISTINCT user_id, item_id FROM b_samples WHERE type <> $negative_type)
      SELECT (SELECT count(*) FROM a)::DOUBLE AS a, (SELECT count(*) FROM b)::DOUBLE AS b,
        (SELECT count(*) FROM a SEMI JOIN b USING (user_id, item_id))::DOUBLE AS common`,
    ),
  );

const columnsOf = async (database: Database, table: string): Promise<readonly string[]> =>
  (await database.rows(`read the columns of ${table}`, `SELECT column_name FROM (DESCRIBE ${table})`)).map((row) =>
    String(row.column_name),
  );

const diffEntities = async (database: Database, side: 'user' | 'item'): Promise<RowChanges['users']> => {
  const [a, b] = [`a_${side}s`, `b_${side}s`];
  const inB = new Set(await columnsOf(database, b));
  const columns = (await columnsOf(database, a)).filter((name) => inB.has(name) && !name.endsWith('_index'));
  // As text: the same feature may be a number in one version and a word in the other.
  const isChanged = columns
    .map((name) => `a.${quoted(name)}::VARCHAR IS DISTINCT FROM b.${quoted(name)}::VARCHAR`)
    .join(' OR ');
  const found = await numbers(
    database,
    `compare the ${side}s`,
    `SELECT (SELECT count(*) FROM ${a})::DOUBLE AS a, (SELECT count(*) FROM ${b})::DOUBLE AS b,
      count(*)::DOUBLE AS common, count(*) FILTER (${isChanged})::DOUBLE AS changed
    FROM ${a} AS a JOIN ${b} AS b USING (${side}_id)`,
  );
  return { ...changeOf(found), changed: found.changed ?? 0 };
};

/** The database has the views a_samples, a_users, a_items and b_samples, b_users, b_items. */
export const diffRows = async (database: Database): Promise<RowChanges> => ({
  samples: await diffSamples(database, 'true'),
  events: await diffSamples(database, 'type <> $negative_type'),
  pairs: await diffPairs(database),
  users: await diffEntities(database, 'user'),
  items: await diffEntities(database, 'item'),
});
