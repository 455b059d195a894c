import { appendFile, copyFile, rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readLog } from '../../../host/files/read-log.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let log = '';
let stop = new AbortController();

beforeEach(async () => {
  log = join(await temporaryFolder('tt-exp-log-'), 'worker.log');
  stop = new AbortController();
});

afterEach(() => stop.abort());

const numbered = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => `line ${from + index}\n`).join('');

/** Follows in the background. */
const follow = async (count: number) => {
  const seen: string[] = [];
  const { lines, follow: added } = await readLog(log, count, true);
  seen.push(...lines);
  const ended = (async () => {
    for await (const line of added(stop.signal)) {
      seen.push(line);
    }
  })();
  return { seen, ended };
};

const sees = (seen: readonly string[], line: string) =>
  eventually(
    `the line ${line}`,
    () => seen.at(-1),
    (last) => last === line,
  );

describe('host/files/read-log', () => {
  test('the last lines of a log of 10,000, the copy that was moved away included', async () => {
    await writeFile(`${log}.1`, numbered(0, 6_000));
    await writeFile(log, numbered(6_000, 10_000));
    expect((await readLog(log, 3, false)).lines).toEqual(['line 9997', 'line 9998', 'line 9999']);
    const all = Array.from({ length: 10_000 }, (_, index) => `line ${index}`);
    expect((await readLog(log, 10_000, false)).lines).toEqual(all);
    expect((await readLog(log, 4_001, false)).lines).toEqual(all.slice(-4_001));
    expect((await readLog(log, 4_000, false)).lines).toEqual(all.slice(-4_000));
    expect((await readLog(log, Number.POSITIVE_INFINITY, false)).lines).toEqual(all);
    expect((await readLog(log, 0, false)).lines).toEqual([]);
  });

  test('a log that is not there, or empty, has no lines', async () => {
    expect((await readLog(log, 5, false)).lines).toEqual([]);
    await writeFile(log, '');
    expect((await readLog(log, 5, false)).lines).toEqual([]);
  });

  test('a line without an end, Windows line ends and letters of several bytes across chunks are whole', async () => {
    const long = 'ü'.repeat(70_000);
    await writeFile(log, `first\r\nx${long}\nlast`);
    expect((await readLog(log, 3, false)).lines).toEqual(['first', `x${long}`, 'last']);
  });

  test('a line of more than a mebibyte is cut, with the number of bytes left out', async () => {
    await writeFile(log, `${'a'.repeat(3 * 1024 * 1024)}\nnext\n`);
    const [first = '', next] = (await readLog(log, 2, false)).lines;
    expect(first.slice(-26)).toBe(`aaaa… (${2 * 1024 * 1024} more bytes)`);
    expect([first.length, next]).toEqual([1024 * 1024 + 22, 'next']);
  });

  test('following tells each added line once it is whole, and ends with the signal', async () => {
    await writeFile(log, 'one\ntw');
    const { seen, ended } = await follow(10);
    expect(seen).toEqual(['one']);
    await appendFile(log, 'o\nthree\nfo');
    await sees(seen, 'three');
    stop.abort();
    await ended;
    expect(seen).toEqual(['one', 'two', 'three']);
  });

  test('following waits for a log that is not there yet', async () => {
    const { seen } = await follow(10);
    await writeFile(log, 'begun\n');
    await sees(seen, 'begun');
    expect(seen).toEqual(['begun']);
  });

  test('following goes on in the new log where the old one was moved away, and misses nothing of the old one', async () => {
    await writeFile(log, numbered(0, 3));
    const { seen } = await follow(1);
    await appendFile(log, 'late\n');
    await rename(log, `${log}.1`);
    await writeFile(log, 'new\n');
    await sees(seen, 'new');
    expect(seen).toEqual(['line 2', 'late', 'new']);
  });

  test('following goes on at the start of a log that was capped, even where it is longer again, after what the copy has', async () => {
    await writeFile(log, numbered(0, 3));
    const { seen } = await follow(1);
    await appendFile(log, 'late\n');
    await copyFile(log, `${log}.1`);
    await truncate(log, 0);
    await appendFile(log, numbered(100, 200));
    await sees(seen, 'line 199');
    expect(seen.slice(0, 3)).toEqual(['line 2', 'late', 'line 100']);
    expect(seen).toHaveLength(2 + 100);
  });
});
