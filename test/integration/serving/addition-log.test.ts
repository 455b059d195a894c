/** The log of additions on a real file system, with its disk full. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../host/clock.ts';
import { type AdditionLog, openAdditionLog } from '../../../serving/additions/addition-log.ts';
import type { Addition } from '../../../serving/additions/addition-record.ts';
import { eventually } from '../../support/eventually.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const opened: AdditionLog[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((log) => log.close()));
});

const openLog = async (path: string, most?: number): Promise<AdditionLog> => {
  const log = await openAdditionLog({
    ...{ path, clock: systemClock, log: () => undefined, onRead: () => undefined },
    ...(most === undefined ? {} : { most }),
  });
  opened.push(log);
  return log;
};

const itemOf = (id: string, size = 1): Omit<Addition, 'revision'> => ({
  ...{ side: 'item', id, features: { size }, text: null, embedding: null, received_at: '2026-01-01T00:00:00.000Z' },
});

const never = (): boolean => false;
const idsOf = (log: AdditionLog): readonly string[] => [...log.state().of('item')].map(({ id }) => id);
const newPath = async (): Promise<string> => join(await temporaryFolder(), 'deeper', 'additions.ndjson');

describe('additions/addition-log', () => {
  it('keeps each id once, as it was given last, in the order in which the ids came, after a restart as well', async () => {
    const path = await newPath();
    const log = await openLog(path);
    expect(await log.put(itemOf('a'), never)).toBe('added');
    expect(await log.put(itemOf('b'), never)).toBe('added');
    expect(await log.put(itemOf('a'), never)).toBe('unchanged');
    expect(await log.put(itemOf('a', 2), never)).toBe('replaced');
    const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
    expect(lines).toHaveLength(3);
    const again = await openLog(path);
    expect(idsOf(again)).toEqual(['a', 'b']);
    expect(again.state().find('item', 'a')).toMatchObject({ features: { size: 2 }, revision: 2 });
    expect(again.state().find('user', 'a')).toBeUndefined();
  });

  it('shares what is given with another server, and erases it from the file and from both', async () => {
    const path = await newPath();
    const [here, there] = [await openLog(path), await openLog(path)];
    await here.put(itemOf('gone'), never);
    await eventually(
      'the other one has it',
      () => idsOf(there),
      (ids) => ids.includes('gone'),
    );
    await there.put(itemOf('stays'), never);
    expect(await there.erase('item', 'gone')).toBe(true);
    expect(await there.erase('item', 'gone')).toBe(false);
    await eventually(
      'the first one has lost it',
      () => idsOf(here),
      (ids) => ids.join() === 'stays',
    );
    expect(await readFile(path, 'utf8')).not.toContain('gone');
    expect(await here.put(itemOf('gone'), never)).toBe('added');
  });

  it('takes no more than it may keep, and makes room by what a bundle knows', async () => {
    const log = await openLog(await newPath(), 2);
    await log.put(itemOf('a'), never);
    await log.put(itemOf('b'), never);
    await expect(log.put(itemOf('c'), never)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('2 items'),
    });
    expect(await log.put(itemOf('b', 2), never)).toBe('replaced');
    expect(await log.put(itemOf('c'), (_, id) => id === 'a')).toBe('added');
    expect(idsOf(log)).toEqual(['b', 'c']);
  });

  it('writes the file anew once most of its lines say nothing any more', async () => {
    const path = await newPath();
    const log = await openLog(path);
    for (let size = 0; size < 1_002; size += 1) {
      await log.put(itemOf('a', size), never);
    }
    await eventually(
      'the file is short',
      async () => (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '').length,
      (count) => count === 1,
    );
    expect(log.state().find('item', 'a')).toMatchObject({ features: { size: 1_001 } });
    expect(await log.put(itemOf('a', 1_001), never)).toBe('unchanged');
  });

  it('refuses what a full disk does not take, and loses nothing of what it took', async (context) => {
    const disk = mountSmallDisk(1);
    if (disk === null) {
      context.skip('needs the right to mount a file system (root on Linux)');
      return;
    }
    const log = await openLog(join(disk.folder, 'additions.ndjson'));
    const put: string[] = [];
    const fill = async (): Promise<never> => {
      for (let number = 0; ; number += 1) {
        const id = `item-${number}`;
        await log.put({ ...itemOf(id), text: 'x'.repeat(10_000) }, never);
        put.push(id);
      }
    };
    try {
      await expect(fill()).rejects.toMatchObject({ code: 'DISK_FULL' });
      expect(log.status().problem).toContain('no space left');
      await log.close();
      const again = await openLog(join(disk.folder, 'additions.ndjson'));
      expect(put.length).toBeGreaterThan(10);
      expect(put.filter((id) => !idsOf(again).includes(id))).toEqual([]);
      await again.close();
      opened.splice(0);
    } finally {
      disk.dispose();
    }
  });
});
