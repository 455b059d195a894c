import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../pipeline/duckdb/database.ts';
import { refuseLeaks } from '../../../pipeline/stages/split.ts';

type Method = Parameters<typeof refuseLeaks>[1];

/** The leaks that the check finds in events (user, item, day of January, part) and negatives (user, item, part). */
const leaksIn = async (
  method: Method,
  events: readonly (readonly [string, string, number, number])[],
  negatives: readonly (readonly [string, string, number])[] = [['u', 'z', 0]],
): Promise<unknown> => {
  const database = await openDatabase({ file: ':memory:', spillFolder: '', memoryLimitMegabytes: 256, threads: 1 });
  const eventRows = events.map(
    ([user, item, day, part]) => `('${user}', '${item}', TIMESTAMP '2025-01-0${day}', ${part})`,
  );
  const negativeRows = negatives.map(([user, item, part]) => `('${user}', '${item}', ${part})`);
  try {
    await database.run(
      'events',
      `CREATE TABLE split_events AS
        SELECT * FROM (VALUES ${eventRows.join(', ')}) AS t(user_key, item_key, occurred_at, part_rank)`,
    );
    await database.run(
      'negatives',
      `CREATE TABLE negatives AS SELECT * FROM (VALUES ${negativeRows.join(', ')}) AS t(user_key, item_key, part_rank)`,
    );
    return await refuseLeaks(database, method).then(
      () => null,
      (error: unknown) => error,
    );
  } finally {
    database.close();
  }
};

const METHODS = ['random', 'temporal', 'leave_one_out', 'user_cold_start'] as const;

describe('pipeline/split', () => {
  it.each(METHODS.slice(0, 3))(
    'pipeline/stages/split: the leak check of %s passes where nothing leaks',
    async (method) => {
      const events = [
        ['u', 'a', 1, 0],
        ['u', 'b', 2, 1],
        ['u', 'c', 3, 2],
      ] as const;
      // A training negative that is met later only is allowed: refusing it would tell of the test part.
      expect(
        await leaksIn(method, events, [
          ['u', 'c', 0],
          ['u', 'd', 2],
        ]),
      ).toBeNull();
    },
  );

  it('pipeline/stages/split: the leak check of user_cold_start passes where every user is in one part', async () => {
    expect(
      await leaksIn('user_cold_start', [
        ['u', 'a', 3, 0],
        ['v', 'a', 2, 1],
        ['w', 'a', 1, 2],
      ]),
    ).toBeNull();
  });

  it.each(METHODS)('pipeline/stages/split: a pair in two parts is SPLIT_LEAK for %s', async (method) => {
    const error = await leaksIn(method, [
      ['u', 'a', 1, 0],
      ['u', 'a', 3, 2],
    ]);
    expect(error).toMatchObject({
      code: 'SPLIT_LEAK',
      message: expect.stringContaining('1 × pair in two parts (u x a)'),
    });
  });

  it.each(METHODS)('pipeline/stages/split: a negative that was met is SPLIT_LEAK for %s', async (method) => {
    const error = await leaksIn(
      method,
      [
        ['u', 'a', 1, 0],
        ['v', 'b', 3, 2],
      ],
      [['u', 'a', 1]],
    );
    expect(error).toMatchObject({
      code: 'SPLIT_LEAK',
      message: `The ${method} split leaks: 1 × negative that the user had met (u x a); expected none`,
    });
  });

  it('pipeline/stages/split: a training event after the test part began is SPLIT_LEAK for temporal only', async () => {
    const events = [
      ['u', 'a', 4, 0],
      ['v', 'b', 3, 2],
    ] as const;
    expect(await leaksIn('temporal', events)).toMatchObject({
      code: 'SPLIT_LEAK',
      message: expect.stringContaining('1 × event after the start of a later part (2025-01-04T00:00:00Z)'),
    });
    expect(await leaksIn('random', events)).toBeNull();
  });

  it('pipeline/stages/split: a user in two parts is SPLIT_LEAK for user_cold_start only', async () => {
    const events = [
      ['u', 'a', 1, 0],
      ['u', 'b', 2, 2],
    ] as const;
    expect(await leaksIn('user_cold_start', events)).toMatchObject({
      code: 'SPLIT_LEAK',
      message: expect.stringContaining('1 × user in two parts (u)'),
    });
    expect(await leaksIn('random', events)).toBeNull();
  });

  it("pipeline/stages/split: a user's training event after their test pair is SPLIT_LEAK for leave_one_out only", async () => {
    const events = [
      ['u', 'a', 4, 0],
      ['u', 'b', 3, 2],
      ['v', 'b', 1, 2],
    ] as const;
    expect(await leaksIn('leave_one_out', events)).toMatchObject({
      code: 'SPLIT_LEAK',
      message: expect.stringContaining(
        '1 × event of a user after the start of a later part (u at 2025-01-04T00:00:00Z)',
      ),
    });
    expect(await leaksIn('random', events)).toBeNull();
    // Another user's later events tell nothing of u.
    expect(
      await leaksIn('leave_one_out', [
        ['u', 'a', 1, 0],
        ['u', 'b', 2, 2],
        ['v', 'c', 5, 0],
      ]),
    ).toBeNull();
  });
});
