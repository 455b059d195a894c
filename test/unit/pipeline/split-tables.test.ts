import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../pipeline/duckdb/database.ts';
import { refuseLeaks } from '../../../pipeline/stages/split.ts';

const withEvents = async (events: string, negatives: string) => {
  const database = await openDatabase({ file: ':memory:', spillFolder: '', memoryLimitMegabytes: 256, threads: 1 });
  try {
    await database.run(
      'events',
      `CREATE TABLE split_events AS SELECT * FROM (VALUES ${events}) AS t(user_id, item_id, occurred_at, part_rank)`,
    );
    await database.run(
      'negatives',
      `CREATE TABLE negatives AS SELECT * FROM (VALUES ${negatives}) AS t(user_id, item_id, part_rank)`,
    );
    return await refuseLeaks(database, true).then(
      () => null,
      (error: unknown) => error,
    );
  } finally {
    database.close();
  }
};

const day = (number: number): string => `TIMESTAMP '2025-01-0${number}'`;

describe('pipeline/split', () => {
  it('pipeline/split: the leak check passes where nothing leaks', async () => {
    const events = `('u', 'a', ${day(1)}, 0), ('u', 'b', ${day(2)}, 1), ('u', 'c', ${day(3)}, 2)`;
    // A training negative that is met later only is allowed: refusing it would tell of the test part.
    expect(await withEvents(events, `('u', 'c', 0), ('u', 'd', 2)`)).toBeNull();
  });

  it.each([
    [
      'a pair in two parts',
      `('u', 'a', ${day(1)}, 0), ('u', 'a', ${day(3)}, 2)`,
      `('u', 'z', 0)`,
      'pair in two parts (u x a)',
    ],
    [
      'a negative that was met',
      `('u', 'a', ${day(1)}, 0), ('u', 'b', ${day(3)}, 2)`,
      `('u', 'a', 1)`,
      'negative that the user had met (u x a)',
    ],
    [
      'a training event after the test part began',
      `('u', 'a', ${day(4)}, 0), ('v', 'b', ${day(3)}, 2)`,
      `('u', 'z', 0)`,
      'event after the start of a later part',
    ],
  ])('pipeline/split: %s is SPLIT_LEAK', async (_, events, negatives, part) => {
    const error = await withEvents(events, negatives);
    expect(error).toMatchObject({ code: 'SPLIT_LEAK', message: expect.stringContaining(part) });
  });
});
