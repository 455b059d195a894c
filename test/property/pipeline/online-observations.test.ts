/** Observations by SQL and by a slow program agree on random logs, whatever the order, the clocks and the torn lines. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ARMS, type Impression, ONLINE_MODES } from '../../../contracts/online-experiment.ts';
import { readObservations } from '../../../pipeline/online/read-observations.ts';
import { onlineExperiment } from '../../support/online-experiments.ts';
import { plainEventsWithoutList, plainObservations } from '../../support/plain-observations.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const START = Date.UTC(2026, 0, 1);
const at = fc.integer({ min: 0, max: 4 * 60 }).map((minutes) => new Date(START + minutes * 60_000).toISOString());
const user = fc.constantFrom('ann', 'bob', '日本 "x"');
/** Some of whom have no list, or take no part. */
const visitor = fc.oneof({ weight: 3, arbitrary: user }, { weight: 1, arbitrary: fc.constantFrom('eve', 'zoe') });
const item = fc.constantFrom('i0', 'i1', 'i2', 'i3', 'i4', 'i5', 'i6', 'i7', 'i8', 'i9', 'i10', 'i11');
const arm = fc.constantFrom(...ARMS);

const impression = fc
  .record({
    request_id: fc.constantFrom('r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9'),
    ...{ at, user_id: user, experiment_id: fc.constantFrom('ab-1', 'ab-1', 'ab-1', 'ab-0'), by: arm },
    listed: fc.uniqueArray(fc.tuple(item, arm), { maxLength: 12, selector: ([id]) => id }),
    offset: fc.constantFrom(0, 0, 0, 3),
    unseen: fc.uniqueArray(item, { maxLength: 12 }),
  })
  .filter(({ listed, offset }) => listed.length > 0 || offset === 0)
  .map(({ listed, offset, by, unseen, ...own }): Impression & { readonly unseen: readonly string[] } => ({
    ...{ format: 1, ...own, arm: by, propensity: 0.5, bundles: { champion: 'aa' } },
    items: listed.map(([item_id, drafted], place) => ({ item_id, position: offset + place, arm: drafted })),
    unseen,
  }));

const event = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      event_id: fc.integer({ min: 0, max: 40 }).map((number) => `e${number}`),
      ...{ user_id: visitor, item_id: item, type: fc.constantFrom('like', 'view', 'dislike') },
      ...{ occurred_at: fc.constant(null), received_at: at },
    }),
  },
  { weight: 1, arbitrary: fc.record({ erase_user_id: user }) },
);

type EventLine = typeof event extends fc.Arbitrary<infer Line> ? Line : never;

/** As servers write them: an id that stands for one user is not taken for another before that one is erased. */
const asWritten = (lines: readonly EventLine[]): readonly EventLine[] => {
  const owners = new Map<string, string>();
  return lines.filter((line) => {
    if ('erase_user_id' in line) {
      for (const [id, owner] of [...owners]) {
        if (owner === line.erase_user_id) {
          owners.delete(id);
        }
      }
      return true;
    }
    const owner = owners.get(line.event_id) ?? line.user_id;
    owners.set(line.event_id, owner);
    return owner === line.user_id;
  });
};

const torn = (lines: readonly object[]): string =>
  lines.map((line, place) => `\n${JSON.stringify(line)}\n${place % 7 === 3 ? '{"format":1,"us\n' : ''}`).join('');

it('pipeline/online: reads from the logs what a slow program does', async () => {
  const folder = await temporaryFolder();
  const impressionsFile = join(folder, '[im]pressions.ndjson');
  const eventsFile = join(folder, 'events.ndjson');
  const takesPart = (userId: string): boolean => userId !== 'eve';
  const isSplit = (mode: string): boolean => mode !== 'interleave';
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...ONLINE_MODES),
      fc.array(impression, { maxLength: 25 }),
      fc.array(event, { maxLength: 60 }).map(asWritten),
      async (mode, drawn, events) => {
        const lists = drawn.map(
          ({ unseen, ...own }): Impression => ({
            ...own,
            arm: isSplit(mode) ? own.arm : null,
            ...(mode === 'shadow' ? { unseen } : {}),
          }),
        );
        // A batch that was written twice.
        const written = [...lists, ...lists.slice(0, 3)];
        await writeFile(impressionsFile, torn(written));
        await writeFile(eventsFile, torn(events));
        const experiment = onlineExperiment({ mode, attribution_hours: 1.5 });
        const { users, losses } = await readObservations({
          ...{ experiment, impressionsFile, eventsFile },
          positiveTypes: async () => ['like', 'view'],
          takesPart,
        });
        const expected = plainObservations(experiment, written, events, ['like', 'view']);
        expect(users.map(({ precision_at_10: _, overlap_at_10: __, ...rest }) => rest)).toEqual(
          expected.map(({ precision_at_10: _, overlap_at_10: __, ...rest }) => rest),
        );
        users.forEach((one, place) => {
          expect(one.precision_at_10).toBeCloseTo(expected[place]?.precision_at_10 ?? Number.NaN, 12);
          expect(one.overlap_at_10 ?? 0).toBeCloseTo(expected[place]?.overlap_at_10 ?? 0, 12);
        });
        expect(losses.events_without_list).toBe(plainEventsWithoutList(experiment, written, events, takesPart));
        const cut = (count: number): number => Math.floor((count + 3) / 7);
        expect([losses.damaged_impressions, losses.damaged_events]).toEqual([cut(written.length), cut(events.length)]);
      },
    ),
    { numRuns: 60 },
  );
});
