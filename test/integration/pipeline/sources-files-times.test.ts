import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EventTable } from '../../../contracts/experiment-config.ts';
import { openDatabase, sqlFile } from '../../../pipeline/duckdb/database.ts';
import { builderIn } from '../../support/data-requests.ts';
import { filesData, writeRows } from '../../support/files-source.ts';
import { withFolder } from '../../support/make-folder.ts';

/** 29 November 2026. */
const NOW = Date.UTC(2026, 10, 29);
const IDS = { features: { id: { kind: 'id' } } } as const;

const eventsOf = (path: string, change: Partial<EventTable>, max_bad_rows = 0) =>
  filesData(
    {
      users: IDS,
      items: IDS,
      interactions: { path, user: 'who', item: 'what', time: 'at', constant_type: 'like', ...change },
    },
    { max_bad_rows },
  );

const readTimes = async (root: string, id: string) => {
  const database = await openDatabase({ file: ':memory:', spillFolder: root, memoryLimitMegabytes: 256, threads: 1 });
  try {
    const file = join(root, 'data', 'extracts', id, 'interactions.parquet');
    const rows = await database.rows('read', `SELECT occurred_at FROM read_parquet(${sqlFile(file)}) ORDER BY item_id`);
    return rows.map(({ occurred_at }) => occurred_at);
  } finally {
    database.close();
  }
};

/** Times of rows with these values, and what was logged. */
const extract = (values: readonly string[], change: Partial<EventTable> = {}, maxBadRows = 0) =>
  withFolder(async (root) => {
    const path = join(root, 'e.csv');
    await writeFile(path, `who,what,at\n${values.map((value, row) => `u,i${row},"${value}"\n`).join('')}`);
    const log: string[] = [];
    const builder = builderIn(join(root, 'data'), { now: () => NOW, log: (_level, message) => log.push(message) });
    const { id } = await builder.extract({ data: eventsOf(path, change, maxBadRows), seed: 1 });
    return { times: await readTimes(root, id), log: log.join('\n') };
  });

describe('pipeline/sources/files, times', () => {
  // 1700869953 is 2023-11-24T23:52:33Z.
  it.each([
    ['1700869953', '2023-11-24 23:52:33', 'seconds since 1970'],
    ['1700869953000', '2023-11-24 23:52:33', 'milliseconds since 1970'],
    ['1700869953000001', '2023-11-24 23:52:33.000001', 'microseconds since 1970'],
    ['1700869953000001999', '2023-11-24 23:52:33.000002', 'nanoseconds since 1970'],
    ['20231124', '2023-11-24 00:00:00', 'days like 20231124'],
    ['20231124.0', '2023-11-24 00:00:00', 'days like 20231124'],
    ['20231124235233', '2023-11-24 23:52:33', 'times like %Y%m%d%H%M%S'],
  ])('pipeline/sources/files: the number %s is the time %s, and the reading is told', async (value, time, text) => {
    const { times, log } = await extract([value, value]);
    expect(times).toEqual([time, time]);
    expect(log).toContain(`time at: ${text}, 2023-11-24 to 2023-11-24`);
  });

  it('pipeline/sources/files: numbers in a Parquet file are told apart alike', () =>
    withFolder(async (root) => {
      const path = await writeRows(root, 'e', 'parquet', [{ who: 'u', what: 'i', at: 1_700_869_953_000 }]);
      const builder = builderIn(join(root, 'data'), { now: () => NOW });
      const { id } = await builder.extract({ data: eventsOf(path, {}), seed: 1 });
      expect(await readTimes(root, id)).toEqual(['2023-11-24 23:52:33']);
    }));

  it('pipeline/sources/files: an empty and a broken time are bad rows, and the others are read', async () => {
    const values = ['1700869953', '1700869953', '', 'soon', '1700869953'];
    await expect(extract(values)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(
        /got 2 bad rows.*: 1 with no time \(e\.csv:4\); 1 with no time in unit "s": "soon" \(e\.csv:5\)/,
      ),
    });
    const { times } = await extract(values, {}, 2);
    expect(times).toEqual(['2023-11-24 23:52:33', '2023-11-24 23:52:33', '2023-11-24 23:52:33']);
  });

  it('pipeline/sources/files: a time in another unit than the others is a bad row', async () => {
    await expect(extract(['1700869953', '1700869953', '1700869953000'])).rejects.toThrow(
      /1 with no time in unit "s": "1700869953000" \(e\.csv:4\)/,
    );
  });

  it('pipeline/sources/files: years are refused as too coarse, and read by a format that says so', async () => {
    await expect(extract(['2017', '2014'])).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining('got years'),
      hint: expect.stringContaining('"time_format": "%Y"'),
    });
    expect((await extract(['2017', '2014'], { time_format: '%Y' })).times).toEqual([
      '2017-01-01 00:00:00',
      '2014-01-01 00:00:00',
    ]);
  });

  it('pipeline/sources/files: dates of other countries are refused with the formats that read them, and read by one', async () => {
    await expect(extract(['14.03.2024', '01.04.2024', 'soon'])).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining('"01.04.2024" and "soon"'),
      hint: 'Set "time_format": "%d.%m.%Y" in data.source.interactions: it reads them.',
    });
    await expect(extract(['04/03/2024', '05/03/2024'])).rejects.toMatchObject({
      hint: expect.stringContaining('"time_format": "%m/%d/%Y" or "time_format": "%d/%m/%Y"'),
    });
    expect((await extract(['04/03/2024 18:30'], { time_format: '%d/%m/%Y %H:%M' })).times).toEqual([
      '2024-03-04 18:30:00',
    ]);
    await expect(extract(['04/03/2024', '2024-03-04'], { time_format: '%d/%m/%Y' })).rejects.toThrow(
      /1 with no time in format "%d\/%m\/%Y": "2024-03-04" \(e\.csv:3\)/,
    );
  });

  it('pipeline/sources/files: a year of two digits is no time of the first century', async () => {
    await expect(extract(['05/03/20', '06/03/20'])).rejects.toMatchObject({
      hint: expect.stringContaining('"time_format": "%m/%d/%y" or "time_format": "%d/%m/%y"'),
    });
  });

  it('pipeline/sources/files: a format that is none is a fault of the config', async () => {
    await expect(extract(['2024'], { time_format: '%q' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('pipeline/sources/files: numbers that no unit makes a time of are refused; a unit that is named is obeyed', async () => {
    await expect(extract(['5', '7'])).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining('the time at has numbers such as "5" and "7"'),
    });
    expect((await extract(['5', '7'], { time_unit: 's' })).times).toEqual([
      '1970-01-01 00:00:05',
      '1970-01-01 00:00:07',
    ]);
  });

  it('pipeline/sources/files: where all rows lie in the future no version is built', () =>
    withFolder(async (root) => {
      const path = join(root, 'e.csv');
      const builder = builderIn(join(root, 'data'), { now: () => NOW });
      const label = async (days: readonly string[]) => {
        await writeFile(path, `who,what,at\n${days.map((day, row) => `u${row},i${row},${day}\n`).join('')}`);
        return builder.label({ data: eventsOf(path, {}), seed: 1 });
      };
      await expect(label(['2027-01-01', '2027-06-01'])).rejects.toMatchObject({
        code: 'DATA_INVALID',
        message: expect.stringContaining('only-future-times'),
      });
      // Some of them: a warning.
      expect((await label(['2026-01-01', '2027-06-01'])).rows).toBe(2);
    }));
});
