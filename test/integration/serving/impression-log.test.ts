/** The log of impressions on a real file system, with its processes killed and its disk full. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../host/clock.ts';
import { readLogFile } from '../../../serving/events/log-file.ts';
import { IMPRESSION_LINES, type ImpressionLine } from '../../../serving/online/impression-lines.ts';
import { type ImpressionLog, openImpressionLog } from '../../../serving/online/impression-log.ts';
import { eventually } from '../../support/eventually.ts';
import { impressionOf, readImpressions } from '../../support/online-experiments.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const opened: ImpressionLog[] = [];
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
  }
  await Promise.all(opened.splice(0).map((log) => log.close()));
});

const openLog = (path: string, { messages = [] as string[], mostWaiting = 20_000 } = {}): ImpressionLog => {
  const log = openImpressionLog({
    ...{ path, clock: systemClock, mostWaiting, timestamp: () => '2026-01-01T00:00:01.000Z' },
    log: (_, message) => messages.push(message),
  });
  opened.push(log);
  return log;
};

const newPath = async (): Promise<string> => join(await temporaryFolder(), 'deeper', 'impressions.ndjson');

const written = (path: string, count: number) =>
  eventually(
    `${count} lines`,
    () => readImpressions(path),
    (seen) => seen.length >= count,
    { withinMs: 10_000 },
  );

const startWriter = (path: string, prefix: string) => {
  const script = new URL('fixtures/impressions-main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', script, path, prefix], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const added: { readonly id: string; readonly atMs: number }[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [id = '', atMs] = line.split(' ');
    added.push({ id, atMs: Number(atMs) });
  });
  return { child, added };
};

describe('online/impression-log', () => {
  it('leaves no trace of a server without an experiment', async () => {
    const path = await newPath();
    const log = openLog(path);
    expect(await log.erase('ann')).toBe(0);
    await log.close();
    await expect(readFile(path)).rejects.toThrow('ENOENT');
  });

  it('writes what was added, soon and at its end', async () => {
    const path = await newPath();
    const log = openLog(path);
    log.add(impressionOf('r1', 'ann'));
    log.add(impressionOf('r2', 'bob'));
    expect(await written(path, 2)).toEqual([impressionOf('r1', 'ann'), impressionOf('r2', 'bob')]);
    log.add(impressionOf('r3', 'ann'));
    await log.close();
    expect((await readImpressions(path)).map(({ request_id }) => request_id)).toEqual(['r1', 'r2', 'r3']);
  });

  it('erases a user from the disk and from what waits, while other processes add', async () => {
    const path = await newPath();
    const writers = [startWriter(path, 'a'), startWriter(path, 'b')];
    const log = openLog(path);
    log.add(impressionOf('r1', 'ann'));
    await written(path, 200);
    log.add(impressionOf('r2', 'ann'));
    expect(await log.erase('ann')).toBe(2);
    expect(await log.erase('u3')).toBeGreaterThan(0);
    const before = writers.map(({ added }) => added.length);
    await eventually(
      'more of both',
      () => writers.map(({ added }) => added.length),
      (now) => now.every((count, place) => count > (before[place] ?? 0) + 300),
    );
    for (const { child } of writers) {
      const ended = once(child, 'close');
      child.kill('SIGKILL');
      await ended;
    }
    const lines: ImpressionLine[] = [];
    await readLogFile(path, IMPRESSION_LINES, (line) => lines.push(line));
    const ids = new Set(lines.flatMap((line) => ('request_id' in line ? [line.request_id] : [])));
    expect([...ids].some((id) => id.startsWith('r'))).toBe(false);
    for (const { added } of writers) {
      const [last] = added.slice(-1);
      // u3 is every seventh; those from before they were erased are gone. Whatever was added long before the end is there.
      const missing = added.filter(
        ({ id, atMs }) => !ids.has(id) && Number(id.slice(2)) % 7 !== 3 && atMs < (last?.atMs ?? 0) - 3_000,
      );
      expect(missing).toEqual([]);
      expect(added.length).toBeGreaterThan(300);
    }
  });

  it('skips what a kill has cut, and keeps what comes after it', async () => {
    const path = await newPath();
    const first = openLog(path);
    first.add(impressionOf('r1', 'ann'));
    await first.close();
    await appendFile(path, '{"format":1,"request_id":"r2","user_');
    const second = openLog(path);
    second.add(impressionOf('r3', 'ann'));
    await second.close();
    const lines: ImpressionLine[] = [];
    await readLogFile(path, IMPRESSION_LINES, (line) => lines.push(line));
    expect(lines).toEqual([impressionOf('r1', 'ann'), impressionOf('r3', 'ann')]);
  });

  it('counts as lost what it had written to a file that was removed while the experiment runs', async () => {
    const path = await newPath();
    const messages: string[] = [];
    const log = openLog(path, { messages });
    log.add(impressionOf('r1', 'bob', { experiment_id: 'ended' }));
    log.add(impressionOf('r2', 'ann'));
    await written(path, 2);
    await log.erase('bob');
    expect(messages).toEqual([]);
    await rm(path);
    log.add(impressionOf('r4', 'ann'));
    await written(path, 1);
    await log.close();
    const lines: ImpressionLine[] = [];
    await readLogFile(path, IMPRESSION_LINES, (line) => lines.push(line));
    expect(lines).toEqual([
      impressionOf('r4', 'ann'),
      { experiment_id: 'ab-1', at: '2026-01-01T00:00:01.000Z', lost: 1 },
    ]);
    expect(log.lost()).toBe(1);
    expect(messages).toEqual([expect.stringContaining(`${path}: was removed or moved by another program`)]);
  });

  it('says that a full disk takes none, keeps some, and writes down how many were lost', async (context) => {
    const disk = mountSmallDisk(1);
    if (disk === null) {
      context.skip('this user may not mount a file system');
      return;
    }
    try {
      const path = join(disk.folder, 'impressions.ndjson');
      const messages: string[] = [];
      const log = openLog(path, { messages, mostWaiting: 3 });
      log.add(impressionOf('r0', 'ann'));
      await written(path, 1);
      disk.fill([path]);
      for (const id of ['r1', 'r2', 'r3', 'r4', 'r5']) {
        log.add(impressionOf(id, 'ann', { items: [{ item_id: 'i'.repeat(9_000), position: 0, arm: 'champion' }] }));
      }
      await expect.poll(() => log.problem(), { timeout: 10_000 }).toContain('no space left on the disk');
      expect([log.lost(), messages.length]).toEqual([2, 1]);
      disk.free();
      await expect.poll(() => log.problem(), { timeout: 10_000 }).toBeNull();
      const lines: ImpressionLine[] = [];
      await readLogFile(path, IMPRESSION_LINES, (line) => lines.push(line));
      const ids = lines.flatMap((line) => ('request_id' in line ? [line.request_id] : []));
      expect(new Set(ids)).toEqual(new Set(['r0', 'r1', 'r2', 'r3']));
      expect(lines.filter((line) => 'lost' in line)).toEqual([
        { experiment_id: 'ab-1', at: '2026-01-01T00:00:01.000Z', lost: 2 },
      ]);
    } finally {
      await Promise.all(opened.splice(0).map((log) => log.close()));
      disk.dispose();
    }
  });
});
