import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../../config/resolve.ts';
import type { DataConfig } from '../../../contracts/experiment-config.ts';
import { builderIn } from '../../support/data-requests.ts';
import { withFolder } from '../../support/make-folder.ts';

/** 20 users meet 6 of 20 items each, one a day; and then each of u0 to u4 meets its first item again in the last days. */
const GOOD = Array.from({ length: 20 }, (_, user) =>
  Array.from({ length: 6 }, (_item, k) => {
    const at = new Date(Date.UTC(2025, 0, 1 + k * 20 + user)).toISOString();
    return `u${user},i${(user * 3 + k) % 20},view,${at}`;
  }),
).flat();
const AGAIN = Array.from(
  { length: 5 },
  (_, user) => `u${user},i${(user * 3) % 20},view,2025-12-0${user + 1}T00:00:00Z`,
);
const LEFT_OUT = [
  // Extraction cannot read these: one time is none, one line has too many columns.
  'u1,i1,view,yesterday',
  'u1,i1,view,2025-03-01T00:00:00Z,more',
  // Labelling cannot use these.
  'u1,i1,stare,2025-03-01T00:00:00Z',
  'u2,i1,stare,2025-03-01T00:00:00Z',
  // These are left out on purpose.
  'u1,i1,scroll,2025-03-01T00:00:00Z',
  'u2,i1,scroll,2025-03-01T00:00:00Z',
  'u3,i1,scroll,2025-03-01T00:00:00Z',
];

const requestIn = async (folder: string, change: Partial<DataConfig> = {}) => {
  const file = join(folder, 'events.csv');
  await mkdir(folder, { recursive: true });
  await writeFile(file, `${['user_id,item_id,type,at', ...GOOD, ...AGAIN, ...LEFT_OUT].join('\n')}\n`);
  const { data, seed } = resolveConfig({
    name: 'left-out',
    data: {
      source: {
        type: 'files',
        users: { features: { id: { kind: 'id' } } },
        items: { features: { id: { kind: 'id' } } },
        interactions: { path: file, item: 'item_id', time: 'at', type: 'type' },
      },
      ignored_types: ['scroll'],
      max_bad_rows: 4,
      split: { method: 'temporal' },
      ...change,
    },
  });
  return { data, seed };
};

describe('pipeline/left-out', () => {
  it('counts every row that is in no sample, by reason, over all stages', () =>
    withFolder(async (folder) => {
      const request = await requestIn(folder);
      const builder = builderIn(join(folder, 'data'));
      const { leftOut } = await builder.split(request);
      // The five that come again are after the end of the part of their pair, which is training.
      const expected = {
        rows: 12,
        reasons: [
          { reason: "after the end of its pair's part (data.split)", rows: 5 },
          { reason: 'ignored type (data.ignored_types)', rows: 3 },
          { reason: 'unknown type "stare"', rows: 2 },
          { reason: expect.stringMatching(/time/), rows: 1 },
          { reason: expect.stringMatching(/broken line/), rows: 1 },
        ],
      };
      expect(leftOut).toEqual(expected);
      const { version } = await builder.encode(request);
      const provenance = JSON.parse(
        await readFile(join(folder, 'data', 'versions', version, 'provenance.json'), 'utf8'),
      );
      expect([provenance.bad_rows, provenance.left_out]).toEqual([4, leftOut]);
    }));

  it('the steps of a run, which know the extract by its id, count the same', () =>
    withFolder(async (folder) => {
      const request = await requestIn(folder);
      const builder = builderIn(join(folder, 'data'));
      const { id: extract, bad: unread } = await builder.extract(request);
      const step = { ...request, extract, unread };
      // 127 events are few.
      expect((await builder.label(step)).warnings).toContainEqual(expect.stringMatching(/^few-samples: /));
      expect((await builder.split(step)).leftOut.rows).toBe(12);
      const { version } = await builder.encode(step);
      const provenance = await readFile(join(folder, 'data', 'versions', version, 'provenance.json'), 'utf8');
      const { source_files: files, ...rest } = JSON.parse(provenance);
      expect(rest).toMatchObject({ bad_rows: 4, left_out: { rows: 12 } });
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) {
        expect(file).toMatchObject({ name: expect.any(String), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
      }
    }));

  it('rows that extraction left out are said again when the extract is found', () =>
    withFolder(async (folder) => {
      const request = await requestIn(folder);
      const logged: string[] = [];
      const builder = builderIn(join(folder, 'data'), { log: (level, message) => logged.push(`${level}: ${message}`) });
      await builder.extract(request);
      const first = logged.filter((line) => line.startsWith('warn: left out 2 bad rows'));
      await builder.extract(request);
      expect(logged.filter((line) => line.startsWith('warn: left out 2 bad rows'))).toEqual([...first, ...first]);
      expect(first).toHaveLength(1);
    }));

  it.each([
    [3, 'got 4 bad rows, expected at most data.max_bad_rows 3', '--max-bad-rows 4.'],
    [1, 'got 2 bad rows, expected at most data.max_bad_rows 1', '`tt-exp data check` counts'],
  ])('max_bad_rows %d holds for all stages together', (limit, message, hint) =>
    withFolder(async (folder) => {
      const request = await requestIn(folder, { max_bad_rows: limit });
      await expect(builderIn(join(folder, 'data')).label(request)).rejects.toMatchObject({
        code: 'DATA_INVALID',
        message: expect.stringContaining(message),
        hint: expect.stringContaining(hint),
      });
    }),
  );
});
