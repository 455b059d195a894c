import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../pipeline/duckdb/database.ts';
import { splitTables } from '../../../pipeline/stages/split.ts';
import { dataSettings } from '../../support/data-requests.ts';
import { events, ITEMS, isEvent, labels, RANK, RUNS, splitOf } from './split-worlds.ts';

describe('pipeline/split methods', () => {
  it('pipeline/stages/split: leave_one_out tests the pair that a user began last and drops what comes after a later part', () =>
    fc.assert(
      fc.asyncProperty(events, fc.integer({ min: 0, max: 1000 }), async (all, seed) => {
        const samples = await splitOf(all, { method: 'leave_one_out', seed, negatives: 1 });
        fc.pre(samples !== null);
        for (const user of new Set(all.map((event) => event.user))) {
          // First minute of each item, the latest last; among equal ones the larger id last.
          const first = new Map<string, number>();
          for (const event of all.filter((each) => each.user === user)) {
            first.set(
              `i${event.item}`,
              Math.min(first.get(`i${event.item}`) ?? Number.POSITIVE_INFINITY, event.minute),
            );
          }
          const order = [...first].sort(([one, at], [two, other]) => at - other || (one < two ? -1 : 1));
          const items = order.map(([item]) => item);
          const own = samples.filter((sample) => isEvent(sample) && sample.user === `u${user}`);
          const inPart = (part: string) =>
            new Set(own.filter((sample) => sample.part === part).map(({ item }) => item));
          const isSplit = items.length >= 3;
          expect([...inPart('test')]).toEqual(isSplit ? items.slice(-1) : []);
          expect([...inPart('validation')]).toEqual(isSplit ? items.slice(-2, -1) : []);
          expect(inPart('train')).toEqual(new Set(isSplit ? items.slice(0, -2) : items));
          const times = (part: string) =>
            own
              .filter((sample) => sample.part === part)
              .map(({ at }) => at)
              .sort();
          if (isSplit) {
            expect((times('train').at(-1) ?? '') <= (times('validation')[0] ?? '')).toBe(true);
            expect((times('validation').at(-1) ?? '') <= (times('test')[0] ?? '')).toBe(true);
          }
        }
      }),
      RUNS,
    ));

  it('pipeline/stages/split: user_cold_start keeps every event and all samples of a user in one part', () =>
    fc.assert(
      fc.asyncProperty(events, fc.integer({ min: 0, max: 1000 }), async (all, seed) => {
        const samples = await splitOf(all, { method: 'user_cold_start', seed, negatives: 2 });
        fc.pre(samples !== null);
        expect(samples.filter(isEvent)).toHaveLength(all.length);
        const partOf = new Map(samples.map(({ user, part }) => [user, part]));
        expect(samples.every(({ user, part }) => partOf.get(user) === part)).toBe(true);
      }),
      RUNS,
    ));

  it.each(['uniform', 'popularity'] as const)(
    'pipeline/stages/split: nobody gets more negatives than wanted, all at the time of a positive (%s)',
    (draw) =>
      fc.assert(
        fc.asyncProperty(
          events,
          fc.integer({ min: 0, max: 1000 }),
          fc.constantFrom('pair' as const, 'positive' as const),
          async (all, seed, per) => {
            const samples = await splitOf(all, { method: 'random', seed, negatives: 1, per, draw });
            fc.pre(samples !== null);
            const positives = samples.filter((s) => isEvent(s) && (per === 'pair' ? s.label >= 1 : s.label > 0));
            const wanted = (part: string, user: string): number => {
              const own = positives.filter((s) => s.part === part && s.user === user);
              return per === 'pair' ? new Set(own.map(({ pair }) => pair)).size : own.length;
            };
            const trained = new Set(samples.filter((s) => isEvent(s) && s.part === 'train').map(({ item }) => item));
            for (const part of Object.keys(RANK)) {
              for (const user of new Set(samples.map((s) => s.user))) {
                const drawn = samples.filter((s) => !isEvent(s) && s.part === part && s.user === user);
                expect(drawn.length).toBeLessThanOrEqual(wanted(part, user));
                const times = positives.filter((s) => s.part === part && s.user === user).map(({ at }) => at);
                expect(drawn.every(({ at }) => times.includes(at))).toBe(true);
                expect(draw === 'uniform' || drawn.every(({ item }) => trained.has(item))).toBe(true);
              }
            }
          },
        ),
        RUNS,
      ),
  );

  it.each(['random', 'temporal', 'leave_one_out', 'user_cold_start'] as const)(
    'pipeline/stages/split: %s gives the same samples for any number of threads and order of rows',
    async (method) => {
      const random = fc.sample(fc.array(fc.integer({ min: 0, max: 99_999 }), { minLength: 3000, maxLength: 3000 }), {
        numRuns: 1,
        seed: 11,
      })[0];
      const types = Object.keys(labels);
      const all = (random ?? []).map((number, index) => ({
        user: number % 40,
        item: Math.floor(number / 40) % ITEMS,
        type: types[index % types.length] ?? 'view',
        minute: (number * 7) % 5000,
      }));
      const settings = { method, seed: 3, negatives: 2, per: 'positive', draw: 'popularity' } as const;
      const one = await splitOf(all, settings);
      expect(one?.length).toBeGreaterThan(1000);
      expect(await splitOf([...all].reverse(), { ...settings, threads: 4 })).toEqual(one);
    },
  );

  it('pipeline/stages/split: uniform draws meet every item alike, popularity draws as often as training met it', async () => {
    // 400 users with one apply each, on few items: the rest of the catalogue is there to be drawn.
    const all = Array.from({ length: 4000 }, (_, index) => ({
      user: index % 400,
      item: Math.floor(index / 400) < 6 ? 0 : 1 + (index % 3),
      type: index < 400 ? 'apply' : 'view',
      minute: index,
    }));
    const counts = async (draw: 'uniform' | 'popularity') => {
      const samples = (await splitOf(all, { method: 'random', seed: 5, negatives: 1, draw })) ?? [];
      const perItem = new Map<string, number>();
      for (const { item } of samples.filter((sample) => !isEvent(sample))) {
        perItem.set(item, (perItem.get(item) ?? 0) + 1);
      }
      return perItem;
    };
    const uniform = await counts('uniform');
    // Nobody knows more than 5 of the 12 items, so eight draws are enough for every apply.
    expect([...uniform.values()].reduce((sum, count) => sum + count, 0)).toBe(400);
    // Items 4 to 11 were met by nobody: about 400 × (1 / 10.7) draws each; seven standard deviations are allowed.
    for (let item = 4; item < ITEMS; item += 1) {
      expect(Math.abs((uniform.get(`i${item}`) ?? 0) - 37)).toBeLessThan(42);
    }
    const popular = await counts('popularity');
    expect([...popular.keys()].every((item) => ['i0', 'i1', 'i2', 'i3'].includes(item))).toBe(true);
  });

  it.each(['temporal', 'leave_one_out'] as const)(
    'pipeline/stages/split: %s without times is DATA_INVALID that names the time column',
    async (method) => {
      const database = await openDatabase({ file: ':memory:', spillFolder: '', memoryLimitMegabytes: 256, threads: 1 });
      try {
        await database.run('items', "CREATE TABLE items AS SELECT 'i' || i AS item_id FROM range(9) AS t(i)");
        await database.run(
          'labelled',
          `CREATE TABLE labelled AS SELECT 'e' || i AS interaction_id, 'u' || (i % 3) AS user_id, 'i' || (i % 9) AS item_id,
            'view' AS type, TIMESTAMP '1970-01-01' AS occurred_at, 0.4::FLOAT AS label, 0.5::FLOAT AS weight
            FROM range(90) AS t(i)`,
        );
        const split = { method, train: 0.7, validation: 0.15, test: 0.15 };
        await expect(splitTables(database, { data: dataSettings({}, { split }), seed: 1 })).rejects.toMatchObject({
          code: 'DATA_INVALID',
          message: `The ${method} split needs times that differ: all 90 events have the time 1970-01-01T00:00:00Z`,
          hint: expect.stringContaining('data.source.interactions.time'),
        });
      } finally {
        database.close();
      }
    },
  );

  it('pipeline/stages/split: leave_one_out of users with two items each says that validation and test are empty', async () => {
    const database = await openDatabase({ file: ':memory:', spillFolder: '', memoryLimitMegabytes: 256, threads: 1 });
    try {
      await database.run('items', "CREATE TABLE items AS SELECT 'i' || i AS item_id FROM range(9) AS t(i)");
      await database.run(
        'labelled',
        `CREATE TABLE labelled AS SELECT 'e' || i AS interaction_id, 'u' || (i // 2) AS user_id, 'i' || (i % 2) AS item_id,
          'view' AS type, TIMESTAMP '2025-01-01' + to_minutes(i) AS occurred_at, 0.4::FLOAT AS label, 0.5::FLOAT AS weight
          FROM range(8) AS t(i)`,
      );
      const split = { method: 'leave_one_out', train: 0.7, validation: 0.15, test: 0.15 } as const;
      await expect(splitTables(database, { data: dataSettings({}, { split }), seed: 1 })).rejects.toMatchObject({
        code: 'DATA_INVALID',
        message:
          'The leave_one_out split leaves no sample for validation and test: got train 8, validation 0, test 0, ' +
          'expected some in each part',
        hint: expect.stringContaining('three items'),
      });
    } finally {
      database.close();
    }
  });
});
