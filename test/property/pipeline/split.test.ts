import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LabelRule } from '../../../contracts/dataset.ts';
import { TtExpError } from '../../../contracts/errors.ts';
import type { SplitConfig } from '../../../contracts/experiment-config.ts';
import { openDatabase } from '../../../pipeline/duckdb/database.ts';
import { NEGATIVE_TYPE } from '../../../pipeline/settings.ts';
import { splitTables } from '../../../pipeline/stages/split.ts';
import { DEFAULT_LABELS, dataSettings } from '../../support/data-requests.ts';

interface Event {
  readonly user: number;
  readonly item: number;
  readonly type: string;
  readonly minute: number;
}
interface Sample {
  readonly part: string;
  readonly pair: string;
  readonly user: string;
  readonly item: string;
  readonly type: string;
  readonly at: string;
  readonly label: number;
  readonly weight: number;
}

const ITEMS = 12;
const labels: Readonly<Record<string, LabelRule>> = DEFAULT_LABELS;
const RANK: Readonly<Record<string, number>> = { train: 0, validation: 1, test: 2 };

const events = fc.array(
  fc.record<Event>({
    user: fc.integer({ min: 0, max: 5 }),
    item: fc.integer({ min: 0, max: ITEMS - 1 }),
    type: fc.constantFrom(...Object.keys(DEFAULT_LABELS)),
    minute: fc.integer({ min: 0, max: 500 }),
  }),
  { minLength: 40, maxLength: 120 },
);

interface SplitSettings {
  readonly method: NonNullable<SplitConfig['method']>;
  readonly seed: number;
  readonly negatives: number;
  readonly per?: 'pair' | 'positive';
  readonly draw?: 'uniform' | 'popularity';
  readonly threads?: number;
}

/** Samples of a split, or null where a part would have been empty. */
const splitOf = async (all: readonly Event[], settings: SplitSettings): Promise<readonly Sample[] | null> => {
  const { method, seed, negatives, per = 'pair', draw = 'uniform', threads = 1 } = settings;
  const database = await openDatabase({ file: ':memory:', spillFolder: '', memoryLimitMegabytes: 256, threads });
  const split = { method, train: 0.7, validation: 0.15, test: 0.15 };
  const rows = all.map(({ user, item, type, minute }, index) => {
    const { label, weight } = labels[type] ?? { label: 0, weight: 0 };
    return `('e${index}', 'u${user}', 'i${item}', '${type}', TIMESTAMP '2025-01-01' + INTERVAL ${minute} MINUTE, ${label}::FLOAT, ${weight}::FLOAT)`;
  });
  try {
    await database.run('items', `CREATE TABLE items AS SELECT 'i' || i AS item_id FROM range(${ITEMS}) AS t(i)`);
    await database.run(
      'events',
      `CREATE TABLE labelled AS SELECT * FROM (VALUES ${rows.join(', ')})
        AS t(interaction_id, user_id, item_id, type, occurred_at, label, weight)`,
    );
    await splitTables(database, {
      data: dataSettings({}, { negative_samples: negatives, negatives: { per, draw, weight: 0.5 }, split }),
      seed,
    });
    const samples = await database.rows('read', 'SELECT * FROM samples ORDER BY position');
    return samples.map(
      (row): Sample => ({
        part: String(row.part),
        pair: `${row.user_id} ${row.item_id}`,
        user: String(row.user_id),
        item: String(row.item_id),
        type: String(row.type),
        at: String(row.occurred_at),
        label: Number(row.label),
        weight: Number(row.weight),
      }),
    );
  } catch (error) {
    if (error instanceof TtExpError && error.code === 'DATA_INVALID') {
      return null;
    }
    throw error;
  } finally {
    database.close();
  }
};

const isEvent = (sample: Sample): boolean => sample.type !== NEGATIVE_TYPE;
const RUNS = { numRuns: 15 };

describe('pipeline/split', () => {
  it.each(['random', 'temporal', 'leave_one_out', 'user_cold_start'] as const)(
    'pipeline/split: %s puts a pair into one part and negatives beside what their part knows',
    (method) =>
      fc.assert(
        fc.asyncProperty(events, fc.integer({ min: 0, max: 1000 }), async (all, seed) => {
          const samples = await splitOf(all, { method, seed, negatives: 2 });
          fc.pre(samples !== null);
          const partOf = new Map<string, string>();
          for (const sample of samples.filter(isEvent)) {
            expect(partOf.get(sample.pair) ?? sample.part).toBe(sample.part);
            partOf.set(sample.pair, sample.part);
          }
          const drawn = new Set<string>();
          for (const sample of samples.filter((each) => !isEvent(each))) {
            const met = partOf.get(sample.pair);
            // Met in the same or an earlier part: refused. Met later only: allowed.
            expect(met === undefined || (RANK[met] ?? 0) > (RANK[sample.part] ?? 0)).toBe(true);
            expect(drawn.has(`${sample.part} ${sample.pair}`)).toBe(false);
            drawn.add(`${sample.part} ${sample.pair}`);
            expect(sample).toMatchObject({ label: 0, weight: 0.5 });
          }
          expect(samples.every((sample) => sample.weight > 0 && sample.label >= 0 && sample.label <= 1)).toBe(true);
        }),
        RUNS,
      ),
  );

  it('pipeline/split: random keeps every event, and its parts differ from their shares by less than two pairs', () =>
    fc.assert(
      fc.asyncProperty(events, fc.integer({ min: 0, max: 1000 }), async (all, seed) => {
        const samples = await splitOf(all, { method: 'random', seed, negatives: 0 });
        fc.pre(samples !== null);
        expect(samples).toHaveLength(all.length);
        const perPair = new Map<string, number>();
        for (const sample of samples) {
          perPair.set(sample.pair, (perPair.get(sample.pair) ?? 0) + 1);
        }
        const largest = Math.max(...perPair.values());
        const train = samples.filter((sample) => sample.part === 'train').length;
        const test = samples.filter((sample) => sample.part === 'test').length;
        // A pair goes where its middle falls, so a cut is off by at most half of the largest pair.
        expect(Math.abs(train - 0.7 * all.length)).toBeLessThanOrEqual(largest / 2);
        expect(Math.abs(test - 0.15 * all.length)).toBeLessThanOrEqual(largest / 2);
      }),
      RUNS,
    ));

  it('pipeline/split: temporal leaves no event of a part at or after the start of a later one', () =>
    fc.assert(
      fc.asyncProperty(events, async (all) => {
        const samples = await splitOf(all, { method: 'temporal', seed: 0, negatives: 1 });
        fc.pre(samples !== null);
        const times = (part: string) =>
          samples
            .filter((sample) => sample.part === part)
            .map((sample) => sample.at)
            .sort();
        expect((times('train').at(-1) ?? '') < (times('validation')[0] ?? '~')).toBe(true);
        expect((times('validation').at(-1) ?? '') < (times('test')[0] ?? '~')).toBe(true);
      }),
      RUNS,
    ));

  it('pipeline/split: training negatives do not depend on what the user meets later', () =>
    fc.assert(
      fc.asyncProperty(events, async (all) => {
        const samples = await splitOf(all, { method: 'temporal', seed: 3, negatives: 2 });
        fc.pre(samples !== null);
        // The same world with other test items: every test event moved to another item of the catalogue.
        const testPairs = new Set(samples.filter((s) => isEvent(s) && s.part === 'test').map((s) => s.pair));
        const known = new Set(samples.filter((s) => isEvent(s) && s.part !== 'test').map((s) => s.pair));
        const moved = all.map((event) => {
          const target = (event.item + 1) % ITEMS;
          const isMovable = testPairs.has(`u${event.user} i${event.item}`) && !known.has(`u${event.user} i${target}`);
          return isMovable ? { ...event, item: target } : event;
        });
        const other = await splitOf(moved, { method: 'temporal', seed: 3, negatives: 2 });
        fc.pre(other !== null);
        const training = (each: readonly Sample[]) =>
          each.filter((s) => s.part === 'train' && !isEvent(s)).map((s) => s.pair);
        const events = (each: readonly Sample[]) =>
          each.filter((s) => s.part === 'train' && isEvent(s)).map((s) => s.pair);
        // Moving test events may merge pairs and so move the cuts; then the worlds differ before the test part.
        fc.pre(JSON.stringify(events(other)) === JSON.stringify(events(samples)));
        expect(training(other)).toEqual(training(samples));
      }),
      RUNS,
    ));

  it('pipeline/split: leave_one_out tests the pair that a user began last and drops what comes after a later part', () =>
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

  it('pipeline/split: user_cold_start keeps every event and all samples of a user in one part', () =>
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
    'pipeline/split: nobody gets more negatives than wanted, all at the time of a positive (%s)',
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
    'pipeline/split: %s gives the same samples for any number of threads and order of rows',
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

  it('pipeline/split: uniform draws meet every item alike, popularity draws as often as training met it', async () => {
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
    'pipeline/split: %s without times is DATA_INVALID that names the time column',
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
          message: `The ${method} split goes by time: got 90 events that all have the time 1970-01-01T00:00:00Z, expected different times`,
          hint: expect.stringContaining('data.source.interactions.time'),
        });
      } finally {
        database.close();
      }
    },
  );

  it('pipeline/split: leave_one_out of users with two items each says that validation and test are empty', async () => {
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

  it('pipeline/split: the same seed gives the same samples, another seed another random split', async () => {
    const all = fc.sample(events, { numRuns: 1, seed: 5 })[0] ?? [];
    const one = await splitOf(all, { method: 'random', seed: 1, negatives: 2 });
    expect(await splitOf([...all].reverse(), { method: 'random', seed: 1, negatives: 2 })).toHaveLength(
      one?.length ?? -1,
    );
    expect(await splitOf(all, { method: 'random', seed: 1, negatives: 2 })).toEqual(one);
    expect(await splitOf(all, { method: 'random', seed: 2, negatives: 2 })).not.toEqual(one);
  });
});
