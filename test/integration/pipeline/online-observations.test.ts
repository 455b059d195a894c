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
      ...{ lost_impressions: 0, damaged_impressions: 0, damaged_events: 0, early_events: 0, voided: null },
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
      voided: 'version 3 is not champion any more',
    });
  });
});
