/** What the logs of an experiment online lack is counted; the rest is as a slow program says (test/property/pipeline). */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readObservations } from '../../../pipeline/online/read-observations.ts';
import { IMPRESSION_LINES, type ImpressionLine } from '../../../serving/online/impression-lines.ts';
import { impressionOf, onlineExperiment } from '../../support/online-experiments.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString();

const like = (event_id: string, user_id: string, item_id: string, minute: number) => ({
  ...{ event_id, user_id, item_id, type: 'like', occurred_at: null, received_at: at(minute) },
});

const observe = async (lines: readonly ImpressionLine[], events: readonly object[]) => {
  const folder = await temporaryFolder();
  const [impressionsFile, eventsFile] = [join(folder, 'impressions.ndjson'), join(folder, 'events.ndjson')];
  if (lines.length > 0) {
    await writeFile(impressionsFile, IMPRESSION_LINES.formatBatch(lines));
  }
  if (events.length > 0) {
    await writeFile(eventsFile, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  }
  const asked: (readonly string[])[] = [];
  const observed = await readObservations({
    ...{ experiment: onlineExperiment({ attribution_hours: 1 }), impressionsFile, eventsFile },
    takesPart: (userId) => userId !== 'eve',
    positiveTypes: async (bundles) => {
      asked.push(bundles);
      return ['like'];
    },
  });
  return { ...observed, asked };
};

describe('pipeline/online', () => {
  it('finds nobody where there are no logs, and asks nobody which events count', async () => {
    const { users, losses, asked } = await observe([], []);
    expect([users, asked]).toEqual([[], []]);
    expect(losses).toEqual({
      ...{ lost_impressions: 0, damaged_impressions: 0, damaged_events: 0, early_events: 0 },
      ...{ half_surrogates: 0, events_without_list: 0, voided: null },
    });
  });

  it('counts what follows a list within the time of its user, once', async () => {
    const { users, asked } = await observe(
      [
        impressionOf('r1', 'ann', { at: at(0) }),
        impressionOf('r2', 'ann', { at: at(30), bundles: { challenger: 'bb' } }),
        impressionOf('r3', 'bob', { at: at(0), experiment_id: 'ab-0' }),
      ],
      [
        like('e1', 'ann', 'i1', 10),
        like('e1', 'ann', 'i1', 10),
        // Never shown; after the hour; of nobody who takes part.
        ...[like('e2', 'ann', 'i2', 10), like('e3', 'ann', 'i1', 60), like('e4', 'bob', 'i1', 10)],
      ],
    );
    expect(asked).toEqual([['aa', 'bb']]);
    // One of ten places of the first list; the second came after the like.
    expect(users).toEqual([
      {
        ...{ user_id: 'ann', arm: 'champion', first_at_ms: Date.parse(at(0)), lists: 2, precision_at_10: 0.05 },
        ...{ interactions: { like: 1 }, credit: { champion: 1, challenger: 0 } },
      },
    ]);
  });

  it('counts events that no list of the experiment came before, of who takes part, since its first list', async () => {
    const { losses, users } = await observe(
      [impressionOf('r1', 'ann', { at: at(5) })],
      [
        // Of an item that was shown; of another one; after ann's hour; before the first list.
        ...[
          like('e1', 'ann', 'i1', 6),
          like('e2', 'ann', 'i2', 6),
          like('e3', 'ann', 'i2', 66),
          like('e4', 'bob', 'i1', 4),
        ],
        // Their list was lost; eve takes no part.
        ...[like('e5', 'bob', 'i1', 6), like('e5', 'bob', 'i1', 6), like('e6', 'eve', 'i1', 6)],
      ],
    );
    expect(losses.events_without_list).toBe(2);
    expect(users.map(({ user_id, interactions }) => [user_id, interactions])).toEqual([['ann', { like: 1 }]]);
  });

  it('counts lines that were cut since the experiment began, not those of before it', async () => {
    const folder = await temporaryFolder();
    const [impressionsFile, eventsFile] = [join(folder, 'impressions.ndjson'), join(folder, 'events.ndjson')];
    const cut = '{"format":1,"us\n';
    const lineOf = (value: object): string => `${JSON.stringify(value)}\n`;
    const list = (id: string, minute: number) => lineOf(impressionOf(id, 'ann', { at: at(minute) }));
    await writeFile(impressionsFile, [cut, list('r1', 1), cut, cut, list('r2', 11), cut, cut].join(''));
    const event = (id: string, minute: number) => lineOf(like(id, 'ann', 'i1', minute));
    await writeFile(
      eventsFile,
      [cut, event('e1', 1), cut, event('e2', 2), cut, event('e3', 12), event('e4', 3), cut].join(''),
    );
    const observed = (started_at: string) =>
      readObservations({
        ...{ experiment: onlineExperiment({ started_at }), impressionsFile, eventsFile },
        ...{ positiveTypes: async () => ['like'], takesPart: () => true },
      });
    // What was cut between the last line of before it and the first one since may be of either.
    expect((await observed(at(10))).losses).toMatchObject({ damaged_impressions: 4, damaged_events: 2 });
    expect((await observed(at(0))).losses).toMatchObject({ damaged_impressions: 5, damaged_events: 4 });
    expect((await observed(at(59))).losses).toMatchObject({ damaged_impressions: 2, damaged_events: 1 });
  });

  it('tells lines with half a surrogate pair, as servers once took them, from those that were cut', async () => {
    const folder = await temporaryFolder();
    const [impressionsFile, eventsFile] = [join(folder, 'impressions.ndjson'), join(folder, 'events.ndjson')];
    const [half, whole] = ['\ud83d', '\ud83d\ude00'];
    const lists = (minute: number) =>
      IMPRESSION_LINES.formatBatch([impressionOf(`r${minute}`, half, { at: at(minute) })]);
    await writeFile(impressionsFile, `${lists(1)}${lists(11)}${lists(12)}{"user_id":"\\ud83d\n`);
    const events = [
      like('e1', 'ann', half, 1),
      like('e2', whole, 'i1', 2),
      like('e3', half, 'i1', 12),
      like('e4', 'ann', '\\ud83d', 13),
      { ...like('e5', 'ann', 'i1', 14), [`of ${half}`]: 1 },
    ];
    await writeFile(eventsFile, events.map((event) => `${JSON.stringify(event)}\n\n`).join(''));
    const { losses } = await readObservations({
      ...{ experiment: onlineExperiment({ started_at: at(10) }), impressionsFile, eventsFile },
      ...{ positiveTypes: async () => ['like'], takesPart: () => true },
    });
    // Whole lines of before the experiment are needed to know what else was before it: only the events have one.
    expect(losses).toMatchObject({ damaged_impressions: 4, damaged_events: 2, half_surrogates: 5 });
  });

  it('says how many lists were lost, which events are too early, and why servers broke it off', async () => {
    const { losses } = await observe(
      [
        impressionOf('r1', 'ann', { at: at(5) }),
        { experiment_id: 'ab-1', at: at(6), lost: 3 },
        { experiment_id: 'ab-1', at: at(7), lost: 4 },
        { experiment_id: 'ab-0', at: at(7), lost: 50 },
        { experiment_id: 'ab-0', at: at(7), voided: 'another one' },
        { experiment_id: 'ab-1', at: at(8), voided: 'version 3 is not champion any more' },
        { experiment_id: 'ab-1', at: at(9), voided: 'version 4 is not challenger any more' },
      ],
      [like('e1', 'ann', 'i1', 4), like('e2', 'ann', 'i1', 6), like('e3', 'ann', 'i7', 4)],
    );
    expect(losses).toEqual({
      ...{ lost_impressions: 7, damaged_impressions: 0, damaged_events: 0, early_events: 1 },
      half_surrogates: 0,
      events_without_list: 0,
      voided: 'version 3 is not champion any more',
    });
  });
});
