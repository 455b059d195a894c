/** What a command says of users and items that servers were given online. */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { tellOfAdditions } from '../../../bin/cli/online-additions.ts';
import type { Side } from '../../../contracts/row-encoding.ts';
import { systemClock } from '../../../host/clock.ts';
import { type LoadedBundle, loadBundle } from '../../../registry/bundle/load-bundle.ts';
import { openAdditionLog } from '../../../serving/additions/addition-log.ts';
import { writeSmallBundle } from '../../support/small-bundle.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let home = '';
let bundle: LoadedBundle;
let folder = '';

beforeEach(async () => {
  home = await temporaryFolder();
  bundle = await loadBundle((await writeSmallBundle(home)).folder);
  folder = join(home, 'serving', 'two-tower');
});

const told = async (userId: string): Promise<readonly string[]> => {
  const messages: string[] = [];
  await tellOfAdditions(home, bundle, userId, (level, message) => messages.push(`${level}: ${message}`));
  return messages;
};

const give = async (...given: readonly (readonly [Side, string])[]): Promise<void> => {
  const path = join(folder, 'additions.ndjson');
  const log = await openAdditionLog({ path, clock: systemClock, log: () => undefined, onRead: () => undefined });
  for (const [side, id] of given) {
    const nothing = { features: {}, text: null, embedding: null, received_at: '2026-01-01T00:00:00.000Z' };
    await log.put({ side, id, ...nothing }, () => false);
  }
  await log.close();
};

it('says nothing where nothing was given, and leaves nothing behind', async () => {
  expect(await told('hot')).toEqual([]);
  expect(await readdir(home)).not.toContain('serving');
});

it('names items that the bundle does not have, and the user where they are one', async () => {
  // By now training has seen i0 and hot.
  await give(['user', 'eve'], ['user', 'hot'], ['item', 'i0'], ['item', 'x']);
  expect(await told('hot')).toEqual([
    'warn: 1 startup that servers of two-tower were given online cannot be in this list; `tt-exp serve --online-encoding` encodes them: ask the server',
  ]);
  await give(['item', 'y']);
  expect(await told('eve')).toEqual([
    expect.stringContaining('developer eve was given online to servers of two-tower, and this command knows nothing'),
    expect.stringContaining('2 startups that servers of two-tower were given online cannot be in this list'),
  ]);
  expect(await told('nobody')).toHaveLength(1);
});

it('says that the log cannot be read', async () => {
  await mkdir(join(folder, 'additions.ndjson'), { recursive: true });
  expect(await told('hot')).toEqual([
    expect.stringMatching(/^warn: .*additions\.ndjson: users and items given online cannot be read: /),
  ]);
});
