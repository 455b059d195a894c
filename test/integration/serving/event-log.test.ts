/** The event log on a real file system, with its processes killed and its disk full. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, copyFile, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../host/clock.ts';
import { keptOf } from '../../../serving/events/admit-events.ts';
import { type EventLog, openEventLog } from '../../../serving/events/event-log.ts';
import { formatBatch, type OnlineEvent } from '../../../serving/events/log-record.ts';
import { eventually } from '../../support/eventually.ts';
import { overtakenEvent } from '../../support/overtaken-event.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const opened: EventLog[] = [];
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
  }
  await Promise.all(opened.splice(0).map((log) => log.close()));
});

const openLog = async (path: string, messages: string[] = []): Promise<EventLog> => {
  const log = await openEventLog({ path, clock: systemClock, log: (_, message) => messages.push(message) });
  opened.push(log);
  return log;
};

const eventOf = (event_id: string, user_id = 'ann', item_id = `item of ${event_id}`): OnlineEvent => ({
  ...{ event_id, user_id, item_id, type: 'view' },
  ...{ occurred_at: null, received_at: '2026-01-01T00:00:00.000Z' },
});

const newPath = async (): Promise<string> => join(await temporaryFolder(), 'deeper', 'events.ndjson');

const linesOf = async (path: string): Promise<readonly string[]> =>
  (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');

/** A process that records events without end, and the ids that it has said were acknowledged. */
const startWriter = (
  path: string,
  prefix: string,
): { readonly child: ChildProcess; readonly acknowledged: string[] } => {
  const script = new URL('fixtures/events-main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', script, path, prefix], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const acknowledged: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => acknowledged.push(line));
  return { child, acknowledged };
};

const kill = async ({ child }: { readonly child: ChildProcess }): Promise<void> => {
  const ended = once(child, 'close');
  child.kill('SIGKILL');
  await ended;
};

describe('event-log', () => {
  it('has acknowledged events in its lists at once and after a restart, each once however often it is sent', async () => {
    const path = await newPath();
    const first = await openLog(path);
    expect(await first.record([eventOf('e1'), eventOf('e2'), eventOf('e1')])).toEqual({ accepted: 2, duplicates: 1 });
    expect(await first.record([eventOf('e2'), eventOf('e3', 'bob')])).toEqual({ accepted: 1, duplicates: 1 });
    expect([...first.overlay.seen('ann')]).toEqual(['item of e1', 'item of e2']);
    expect(first.overlay.interactions('bob')).toBe(1);
    await first.close();

    const again = await openLog(path);
    expect([...again.overlay.seen('ann')]).toEqual(['item of e1', 'item of e2']);
    expect(await again.record([eventOf('e1'), eventOf('e3', 'bob')])).toEqual({ accepted: 0, duplicates: 2 });
    expect(again.status()).toEqual({ problem: null, events: 3, damagedLines: 0 });
    expect(await linesOf(path)).toHaveLength(3);
  });

  it('refuses an id that another event has, and keeps nothing of that request', async () => {
    const log = await openLog(await newPath());
    const usage = (said: string) =>
      expect.objectContaining({
        code: 'USAGE',
        message: expect.stringContaining(`got "e1", which another event has: its ${said}`),
      });
    const other = { ...eventOf('e1'), item_id: 'other' };
    await expect(log.record([eventOf('e1'), eventOf('e2'), other])).rejects.toEqual(usage('item_id'));
    expect(log.status().events).toBe(0);
    await log.record([eventOf('e1')]);
    await expect(log.record([eventOf('e2'), { ...eventOf('e1'), type: 'like' }])).rejects.toEqual(usage('type'));
    expect(await log.record([{ ...eventOf('e1'), received_at: 'later' }])).toEqual({ accepted: 0, duplicates: 1 });
    expect([...log.overlay.seen('ann')]).toEqual(['item of e1']);
    // Of two at once the first has it.
    const [first, second] = await Promise.allSettled([
      log.record([eventOf('e3')]),
      log.record([{ ...eventOf('e3'), user_id: 'bob' }]),
    ]);
    expect([first.status, second.status]).toEqual(['fulfilled', 'rejected']);
    expect(log.overlay.interactions('bob')).toBe(0);
  });

  it('says which events are kept of a request that loses an id to another server while it is written', async () => {
    const path = await newPath();
    const log = await openLog(path);
    await log.record([eventOf('known')]);
    const taken = { ...eventOf('e1'), item_id: 'other' };
    const alone = log.record([overtakenEvent(eventOf('e1'), path, [taken])]);
    await expect(alone).rejects.toMatchObject({
      message: 'event_id: got "e1", which another event has: its item_id is not the same',
      hint: 'Give every event an id of its own, and send an event again as it was.',
    });
    const second = overtakenEvent(eventOf('e2'), path, [{ ...eventOf('e2'), type: 'like' }]);
    const error = await log.record([eventOf('known'), second, eventOf('e3'), eventOf('e4')]).catch((e) => e);
    expect(error).toMatchObject({
      code: 'USAGE',
      message:
        'event_id: got "e2", which another event has: its type is not the same; 3 other events of the request are kept',
      hint: expect.stringMatching(/Those that are kept are duplicates then\.$/),
    });
    expect(keptOf(error)).toEqual({ accepted: 2, duplicates: 1 });
    expect(Array.from(log.overlay.events('ann'), ({ item_id, type }) => `${type} ${item_id}`)).toEqual([
      ...['view item of known', 'view other', 'like item of e2', 'view item of e3', 'view item of e4'],
    ]);
    expect(await log.record([eventOf('e3'), eventOf('e4')])).toEqual({ accepted: 0, duplicates: 2 });
    // The same event, and not another one under its id: both servers acknowledge it, and it counts once.
    const same = overtakenEvent(eventOf('e5', 'bob'), path, [eventOf('e5', 'bob')]);
    expect(await log.record([same])).toEqual({ accepted: 1, duplicates: 0 });
    expect(log.overlay.interactions('bob')).toBe(1);
  });

  it('acknowledges each of many at once as what it is', async () => {
    const log = await openLog(await newPath());
    const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => log.record([eventOf(`e${n % 20}`)])));
    expect(answers.filter(({ accepted }) => accepted === 1)).toHaveLength(20);
    expect(answers.filter(({ duplicates }) => duplicates === 1)).toHaveLength(40);
    expect(log.overlay.interactions('ann')).toBe(20);
  });

  it('skips a line that a kill has cut, and loses none of those around it', async () => {
    const path = await newPath();
    await (await openLog(path)).record([eventOf('e1'), eventOf('e2')]);
    await truncate(path, (await stat(path)).size - 20);
    const log = await openLog(path);
    await log.record([eventOf('e3')]);
    expect([...log.overlay.seen('ann')]).toEqual(['item of e1', 'item of e3']);
    expect(log.status()).toMatchObject({ events: 2, damagedLines: 1 });
    expect(await log.record([eventOf('e2')])).toEqual({ accepted: 1, duplicates: 0 });
    await appendFile(path, 'written by somebody else\n');
    await eventually(
      'the line is seen',
      () => log.status().damagedLines,
      (count) => count === 2,
    );
    expect(log.overlay.interactions('ann')).toBe(3);
  });

  it('goes on with a file that was cut in place, and says so', async () => {
    const path = await newPath();
    const messages: string[] = [];
    const log = await openLog(path, messages);
    await log.record([eventOf('e1'), eventOf('e2')]);
    await truncate(path, 0);
    await log.record([eventOf('e3')]);
    expect([...log.overlay.seen('ann')]).toEqual(['item of e3']);
    await log.record([eventOf('e4')]);
    await truncate(path, 0);
    await appendFile(path, formatBatch([{ kind: 'event', event: eventOf('e5') }]));
    await eventually(
      'what was written since is seen',
      () => [...log.overlay.seen('ann')],
      (items) => items.join() === 'item of e5',
    );
    expect(messages.filter((message) => message.includes('was cut in place'))).toHaveLength(2);
    expect(await linesOf(path)).toHaveLength(1);
  });

  it.each([
    ['removed', (path: string) => rm(path)],
    ['moved away', (path: string) => rename(path, `${path}.1`)],
    [
      'moved away, with another in its place',
      async (path: string) => {
        await rename(path, `${path}.1`);
        await writeFile(path, '');
      },
    ],
  ])('goes on where its file was %s, and says what that takes', async (_, takeAway) => {
    const path = await newPath();
    const messages: string[] = [];
    const log = await openLog(path, messages);
    await log.record([eventOf('e1'), eventOf('e2')]);
    await takeAway(path);
    await log.record([eventOf('e3')]);
    expect([...log.overlay.seen('ann')]).toEqual(['item of e3']);
    expect(messages).toEqual([expect.stringContaining(`${path}: was removed or moved by another program`)]);
  });

  it('says nothing of a file that another server has written anew', async () => {
    const path = await newPath();
    const messages: string[] = [];
    const [here, there] = [await openLog(path, messages), await openLog(path, messages)];
    await here.record([eventOf('e1'), eventOf('e2', 'bob')]);
    await there.erase('ann');
    await here.record([eventOf('e3', 'bob')]);
    expect([...here.overlay.seen('bob')]).toEqual(['item of e2', 'item of e3']);
    expect(messages).toEqual([]);
  });

  it('says that its file was replaced by an older one, and by how much that is short', async () => {
    const path = await newPath();
    const messages: string[] = [];
    const log = await openLog(path, messages);
    await log.record([eventOf('e1'), eventOf('e2', 'bob')]);
    await copyFile(path, `${path}.backup`);
    await log.record([eventOf('e3'), eventOf('e4'), eventOf('e5', 'eve')]);
    await rename(`${path}.backup`, path);
    // Of eve nothing is left: she may have been erased.
    const warning = `${path}: was replaced by another program; 2 events that were in it, or more, count no more`;
    await eventually(
      'a warning',
      async () => messages,
      (all) => all.includes(warning),
    );
    expect([...log.overlay.seen('ann')]).toEqual(['item of e1']);
    expect(messages).toEqual([warning]);
  });

  it('says nothing of users who were erased in turn, and of what came late into the old file', async () => {
    const path = await newPath();
    const messages: string[] = [];
    const [here, there] = [await openLog(path, messages), await openLog(path, messages)];
    await here.record(['ann', 'bob', 'eve'].map((user) => eventOf(`of ${user}`, user)));
    await here.erase('ann');
    await there.erase('bob');
    await here.record([eventOf('e4', 'eve')]);
    // As a writer that has not looked yet whether the file has still the name.
    await copyFile(path, `${path}.new`);
    await appendFile(path, formatBatch([{ kind: 'event', event: eventOf('late', 'eve') }]));
    await eventually(
      'read',
      async () => here.overlay.interactions('eve'),
      (count) => count === 3,
    );
    await rename(`${path}.new`, path);
    await there.record([eventOf('late', 'eve')]);
    // Longer than it takes until what is lost is certain.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(here.overlay.interactions('eve')).toBe(3);
    expect(messages).toEqual([]);
  });

  it('has the events that another server of the home takes, and takes an event of both as one', async () => {
    const path = await newPath();
    const [here, there] = [await openLog(path), await openLog(path)];
    await here.record([eventOf('e1')]);
    await eventually(
      'the event is seen',
      () => there.overlay.interactions('ann'),
      (count) => count === 1,
    );
    expect(await there.record([eventOf('e1'), eventOf('e2')])).toEqual({ accepted: 1, duplicates: 1 });
    const both = await Promise.all([here.record([eventOf('e3')]), there.record([eventOf('e3')])]);
    expect(both.every(({ accepted, duplicates }) => accepted + duplicates === 1)).toBe(true);
    await eventually(
      'both agree',
      () => here.overlay.interactions('ann'),
      (count) => count === 3,
    );
    expect(there.overlay.interactions('ann')).toBe(3);
  });

  it('loses no acknowledged event of processes that are killed while they write', async () => {
    const path = await newPath();
    const writers = ['a', 'b', 'c'].map((prefix) => startWriter(path, prefix));
    await eventually(
      'all have written',
      () => writers.map(({ acknowledged }) => acknowledged.length),
      (counts) => counts.every((count) => count >= 20),
    );
    await Promise.all(writers.map(kill));
    const log = await openLog(path);
    const known = new Set((await linesOf(path)).flatMap((line) => /"event_id":"([^"]*)"/.exec(line)?.[1] ?? []));
    const acknowledged = writers.flatMap((writer) => writer.acknowledged);
    expect(acknowledged.length).toBeGreaterThanOrEqual(60);
    expect(acknowledged.filter((id) => !known.has(id))).toEqual([]);
    const sentAs = (id: string) => {
      const number = Number(id.split('-').at(-1));
      return { ...eventOf(id, `u${number % 7}`), item_id: `i${number}` };
    };
    const resent = await log.record(acknowledged.map(sentAs));
    expect(resent).toEqual({ accepted: 0, duplicates: acknowledged.length });
  });

  it('erases a user from the lists and from the disk, and keeps what comes of them afterwards', async () => {
    const path = await newPath();
    const [here, there] = [await openLog(path), await openLog(path)];
    await here.record([eventOf('e1', 'ann'), eventOf('e2', 'bob'), eventOf('e3', 'ann')]);
    expect(await here.erase('ann')).toBe(2);
    expect(await here.erase('ann')).toBe(0);
    expect(await readFile(path, 'utf8')).not.toContain('ann');
    expect(await readdir(join(path, '..'))).toEqual(['events.ndjson', 'events.ndjson.lock']);
    expect(here.overlay.interactions('ann')).toBe(0);
    await there.record([eventOf('e4', 'ann')]);
    expect([...there.overlay.seen('ann')]).toEqual(['item of e4']);
    await eventually(
      'the event is seen',
      () => here.overlay.interactions('ann'),
      (count) => count === 1,
    );
    expect(here.overlay.interactions('bob')).toBe(1);
  });

  it('loses no acknowledged event of others while it erases again and again', async () => {
    const path = await newPath();
    const writers = ['a', 'b'].map((prefix) => startWriter(path, prefix));
    const log = await openLog(path);
    for (let round = 0; round < 12; round += 1) {
      await log.record([eventOf(`mine-${round}`, 'me')]);
      expect(await log.erase('me')).toBe(1);
    }
    await eventually(
      'all have written',
      () => writers.map(({ acknowledged }) => acknowledged.length),
      (counts) => counts.every((count) => count >= 50),
    );
    await log.record([eventOf('mine-last', 'me')]);
    await log.erase('me');
    await Promise.all(writers.map(kill));
    const text = await readFile(path, 'utf8');
    const acknowledged = writers.flatMap((writer) => writer.acknowledged);
    expect(acknowledged.filter((id) => !text.includes(`"${id}"`))).toEqual([]);
    expect(text).not.toContain('"me"');
  });

  it('finishes the erasing of a process that was killed: before the new file had the name, and after', async () => {
    const path = await newPath();
    const first = await openLog(path);
    await first.record([eventOf('e1', 'ann'), eventOf('e2', 'bob')]);
    await first.close();
    await appendFile(path, formatBatch([{ kind: 'erase', userId: 'ann' }]));
    await eventually(
      'erased',
      async () => {
        await openLog(path);
        return readFile(path, 'utf8');
      },
      (text) => !text.includes('ann'),
    );
    expect(await readFile(path, 'utf8')).toContain('"bob"');

    // Killed after the rename: e3 was acknowledged and is in the old file alone, and so is what was to be erased.
    const old = `${path}.before-12345678`;
    await writeFile(
      old,
      Buffer.concat([
        formatBatch([
          { kind: 'event', event: eventOf('e9', 'ann') },
          { kind: 'event', event: eventOf('e2', 'bob') },
        ]),
        formatBatch([{ kind: 'erase', userId: 'ann' }]),
        formatBatch([{ kind: 'event', event: eventOf('e3', 'bob') }]),
      ]),
    );
    const log = await openLog(path);
    expect([...log.overlay.seen('bob')]).toEqual(['item of e2', 'item of e3']);
    expect(log.overlay.interactions('ann')).toBe(0);
    expect((await readdir(join(path, '..'))).filter((name) => name.includes('before'))).toEqual([]);
  });

  it('brings nobody back who is erased while an old file of a killed process waits, and leaves no copy of them', async () => {
    const path = await newPath();
    const log = await openLog(path);
    await log.record([eventOf('e1', 'ann'), eventOf('e2', 'bob')]);
    const folder = join(path, '..');
    // One that is taken over, so that the next one is younger than what was looked for last.
    await writeFile(`${path}.before-00000001`, '');
    await eventually(
      'taken over',
      () => readdir(folder),
      (names) => !names.includes('events.ndjson.before-00000001'),
    );
    const old = await readFile(path);
    await writeFile(`${path}.before-00000002`, old);
    await writeFile(`${path}.4711-0000000a.tmp`, old);
    await writeFile(`${path}.before-upgrade`, old);
    expect(await log.erase('ann')).toBe(1);
    expect(await readFile(path, 'utf8')).not.toContain('"ann"');
    // An operator's own copy is theirs.
    expect((await readdir(folder)).sort()).toEqual([
      'events.ndjson',
      'events.ndjson.before-upgrade',
      'events.ndjson.lock',
    ]);
    await log.close();
    const again = await openLog(path);
    expect(again.overlay.interactions('ann')).toBe(0);
    expect(again.overlay.interactions('bob')).toBe(1);
  });

  it('refuses events while the disk is full, says so once, serves what it has, and takes them once there is room', async (context) => {
    const disk = mountSmallDisk(1);
    if (disk === null) {
      context.skip('needs the right to mount a file system (root on Linux)');
      return;
    }
    try {
      const path = join(disk.folder, 'events.ndjson');
      const messages: string[] = [];
      const log = await openLog(path, messages);
      await log.record([eventOf('e1')]);
      disk.fill();
      const many = Array.from({ length: 200 }, (_, n) => eventOf(`more-${n}`));
      await expect(log.record(many)).rejects.toMatchObject({ code: 'DISK_FULL' });
      await expect(log.record(many)).rejects.toMatchObject({ code: 'DISK_FULL' });
      expect(log.status().problem).toContain('no space left on the disk');
      expect(messages.filter((message) => message.includes('no space left'))).toHaveLength(1);
      expect([...log.overlay.seen('ann')]).toContain('item of e1');
      await expect(log.erase('ann')).rejects.toMatchObject({
        ...{ code: 'DISK_FULL', hint: 'Free some space, and erase them again.' },
      });

      disk.free();
      expect(await log.record(many)).toMatchObject({ duplicates: expect.any(Number) });
      expect(log.status().problem).toBeNull();
      await log.erase('ann');
      expect(await readFile(path, 'utf8')).not.toContain('"ann"');
      await log.close();
    } finally {
      disk.free();
      disk.dispose();
    }
  });

  it('begins where its folder cannot be made, and takes events once it can', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'deeper'), 'a file in the way');
    const messages: string[] = [];
    const path = join(folder, 'deeper', 'events.ndjson');
    const log = await openLog(path, messages);
    const refused = await log.record([eventOf('e1')]).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'UPSTREAM_REJECTED' });
    // Clients see both: where the file is stands in the log alone.
    for (const text of [(refused as Error).message, log.status().problem]) {
      expect(text).toContain('cannot be written or read');
      expect(text).not.toContain(folder);
    }
    expect(messages.join('\n')).toContain(path);
    await log.close();
    await expect(log.record([eventOf('e1')])).rejects.toMatchObject({ code: 'TIMED_OUT' });
  });
});
