import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { events, ITEMS, isEvent, RANK, RUNS, type Sample, splitOf } from './split-worlds.ts';

describe('pipeline/split', () => {
  it.each(['random', 'temporal', 'leave_one_out', 'user_cold_start'] as const)(
    '%s puts a pair into one part and negatives beside what their part knows',
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

  it('random keeps every event, and its parts differ from their shares by less than two pairs', () =>
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

  it('temporal leaves no event of a part at or after the start of a later one', () =>
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

  it('training negatives do not depend on what the user meets later', () =>
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

  it('the same seed gives the same samples, another seed another random split', async () => {
    const all = fc.sample(events, { numRuns: 1, seed: 5 })[0] ?? [];
    const one = await splitOf(all, { method: 'random', seed: 1, negatives: 2 });
    expect(await splitOf([...all].reverse(), { method: 'random', seed: 1, negatives: 2 })).toHaveLength(
      one?.length ?? -1,
    );
    expect(await splitOf(all, { method: 'random', seed: 1, negatives: 2 })).toEqual(one);
    expect(await splitOf(all, { method: 'random', seed: 2, negatives: 2 })).not.toEqual(one);
  });
});
