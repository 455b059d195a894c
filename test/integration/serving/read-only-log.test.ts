/** Events of a home that takes no files: a read-only mount, which holds root back too. */
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { formatBatch, type OnlineEvent } from '../../../serving/events/log-record.ts';
import { eventually } from '../../support/eventually.ts';
import { ask, post, startServing, type TestServer } from '../../support/serving.ts';
import { makeReadOnly } from '../../support/small-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const READ_ONLY = 'events: new ones are refused, because the disk is read-only; earlier ones count';

const eventOf = (event_id: string, item_id: string): OnlineEvent => ({
  ...{ event_id, user_id: 'hot', item_id, type: 'view' },
  ...{ occurred_at: null, received_at: '2026-01-01T00:00:00.000Z' },
});

const linesOf = (...events: readonly OnlineEvent[]): Buffer =>
  formatBatch(events.map((event) => ({ kind: 'event', event })));

const sent = (event_id: string, item_id: string) => ({ event_id, user_id: 'hot', item_id, type: 'view' });

const itemsOf = async ({ url }: TestServer): Promise<readonly string[]> =>
  (await ask(`${url}/api/recommendations/startups/for-developer/hot?limit=6`)).body.item_ids;

/** Undone with the test at the latest; null where this user may not mount. */
const mountedReadOnly = (folder: string, context: TestContext): (() => void) | null => {
  const undo = makeReadOnly(folder);
  if (undo === null) {
    context.skip('needs the right to mount a file system (root on Linux)');
    return null;
  }
  let isMounted = true;
  const once = (): void => {
    if (isMounted) {
      isMounted = false;
      undo();
    }
  };
  onTestFinished(once);
  return once;
};

describe('serving/events: a read-only home', () => {
  it('counts the events that are there, acknowledges none, says so, and takes them once the disk takes lines', async (context) => {
    const folder = await temporaryFolder();
    const path = join(folder, 'events.ndjson');
    await writeFile(path, linesOf(eventOf('e1', 'i4')));
    const unmount = mountedReadOnly(folder, context);
    if (unmount === null) {
      return;
    }
    const server = await startServing({ eventsFile: path });
    expect(await itemsOf(server)).not.toContain('i4');
    expect((await ask(`${server.url}/readyz`)).body).toMatchObject({ ready: true, degraded: [READ_ONLY] });

    const refused = await post(`${server.url}/api/events`, sent('e2', 'i1'));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(refused.body.error).toEqual({
      ...{ code: 'UPSTREAM_REJECTED', message: READ_ONLY },
      hint: 'Let the server write the file that its log names, and send the events again under the same ids.',
    });
    const erased = await ask(`${server.url}/api/events/for-developer/hot`, { method: 'DELETE' });
    expect([erased.status, erased.body.error.message]).toEqual([503, 'events: the disk is read-only']);
    expect((await ask(`${server.url}/metrics`)).text).toContain('tt_exp_events_writable 0');
    expect(server.messages.filter((message) => message.startsWith(READ_ONLY))).toEqual([
      expect.stringContaining(`${path}: Error: EROFS`),
    ]);
    expect(await itemsOf(server)).toContain('i1');

    unmount();
    await eventually(
      'nothing is degraded',
      async () => (await ask(`${server.url}/readyz`)).body.degraded,
      (problems) => problems.length === 0,
    );
    expect(server.messages).toContain(`${path}: new events are taken again`);
    const taken = await post(`${server.url}/api/events`, sent('e2', 'i1'));
    expect([taken.status, taken.body.accepted]).toEqual([200, 1]);
    expect(await itemsOf(server)).not.toEqual(expect.arrayContaining(['i1']));
    expect(await itemsOf(server)).not.toContain('i4');
    expect(await readFile(path, 'utf8')).toBe(`${linesOf(eventOf('e1', 'i4'))}${linesOf(eventOf('e2', 'i1'))}`);
  });

  it('counts what a killed server has left beside the log, and brings it over once the disk takes lines', async (context) => {
    const folder = await temporaryFolder();
    const path = join(folder, 'events.ndjson');
    await writeFile(path, linesOf(eventOf('e1', 'i4')));
    await writeFile(`${path}.before-12345678`, linesOf(eventOf('e1', 'i4'), eventOf('e2', 'i1')));
    const unmount = mountedReadOnly(folder, context);
    if (unmount === null) {
      return;
    }
    const server = await startServing({ eventsFile: path });
    expect(server.events.overlay.interactions('hot')).toBe(2);
    expect(await itemsOf(server)).not.toContain('i1');
    unmount();
    await eventually(
      'it has come over',
      () => readdir(folder),
      (names) => !names.some((name) => name.includes('before')),
    );
    expect(await readFile(path, 'utf8')).toContain('"e2"');
    expect(server.events.status()).toEqual({ problem: null, events: 2, damagedLines: 0 });
  });

  it('serves without events where there are none, and takes some once the disk takes files', async (context) => {
    const folder = await temporaryFolder();
    const unmount = mountedReadOnly(folder, context);
    if (unmount === null) {
      return;
    }
    const server = await startServing({ eventsFile: join(folder, 'deeper', 'events.ndjson') });
    expect((await ask(`${server.url}/readyz`)).body.degraded).toEqual(['events: the disk is read-only']);
    expect((await post(`${server.url}/api/events`, sent('e1', 'i4'))).status).toBe(503);
    expect(await itemsOf(server)).toContain('i4');
    unmount();
    await eventually(
      'nothing is degraded',
      async () => (await ask(`${server.url}/readyz`)).body.degraded,
      (problems) => problems.length === 0,
    );
    expect((await post(`${server.url}/api/events`, sent('e1', 'i4'))).status).toBe(200);
  });

  it.skipIf(process.getuid?.() === 0)('counts the events of a file that this user may only read', async () => {
    const path = join(await temporaryFolder(), 'events.ndjson');
    await writeFile(path, linesOf(eventOf('e1', 'i4')));
    await chmod(path, 0o400);
    const server = await startServing({ eventsFile: path });
    expect(await itemsOf(server)).not.toContain('i4');
    expect((await post(`${server.url}/api/events`, sent('e2', 'i1'))).status).toBe(503);
    expect(server.events.status().problem).toContain('because their file cannot be written');
  });
});
