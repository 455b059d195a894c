/** What servers have recorded, as a command reads it: nothing is created, nothing is changed. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { readOnlineEvents } from '../../../bin/cli/online-events.ts';
import { systemClock } from '../../../host/clock.ts';
import { openEventLog } from '../../../serving/events/event-log.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let home = '';
let warnings: string[] = [];
const read = (model: string | null) => readOnlineEvents(home, model, (_, message) => warnings.push(message));

beforeEach(async () => {
  home = await temporaryFolder();
  warnings = [];
});

it('reads what a server has recorded, while it runs, and leaves the file as it is', async () => {
  const folder = join(home, 'serving', 'two-tower');
  const path = join(folder, 'events.ndjson');
  const log = await openEventLog({ path, clock: systemClock, log: () => undefined });
  const event = { user_id: 'ann', item_id: 'x', type: 'like', occurred_at: null, received_at: '2026-01-01T00:00:00Z' };
  await log.record([{ ...event, event_id: 'e1' }]);
  await log.record([{ ...event, event_id: 'e2', item_id: 'y', user_id: 'bob' }]);
  const before = await readFile(path, 'utf8');
  const overlay = await read('two-tower');
  expect([...overlay.events('ann')].map(({ item_id, type }) => [item_id, type])).toEqual([['x', 'like']]);
  expect([overlay.interactions('bob'), overlay.interactions('eve')]).toEqual([1, 0]);
  expect((await read(null)).interactions('ann')).toBe(0);
  expect((await read('other')).interactions('ann')).toBe(0);
  expect(await readFile(path, 'utf8')).toBe(before);
  expect(await readdir(join(home, 'serving'))).toEqual(['two-tower']);
  expect(warnings).toEqual([]);
  await log.close();
});

it('says that a log cannot be read', async () => {
  await mkdir(join(home, 'serving', 'two-tower', 'events.ndjson'), { recursive: true });
  expect((await read('two-tower')).interactions('ann')).toBe(0);
  expect(warnings).toEqual([
    expect.stringMatching(/events\.ndjson: events cannot be read: .*; answering without them$/),
  ]);
});
