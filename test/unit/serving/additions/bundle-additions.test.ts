import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { TtExpError } from '../../../../contracts/errors.ts';
import type { EncodedRow, EncodeRequest, RowEncoder } from '../../../../contracts/row-encoding.ts';
import { systemClock } from '../../../../host/clock.ts';
import { type LoadedBundle, loadBundle } from '../../../../registry/bundle/load-bundle.ts';
import { openAdditions } from '../../../../serving/additions/open-additions.ts';
import { eventually } from '../../../support/eventually.ts';
import { writeSmallBundle } from '../../../support/small-bundle.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

let bundle: LoadedBundle;

beforeAll(async () => {
  bundle = await loadBundle((await writeSmallBundle(await temporaryFolder())).folder);
});

const VECTOR = Float32Array.of(0, 1);
const ENCODED: EncodedRow = { vector: VECTOR, content: VECTOR };
const GONE = new TtExpError('MODEL_NOT_LOADING', '/home/bundles/x/manifest.json is missing');

/** Sleeps take a turn of the event loop, whatever they are asked for; but patience with an encoder that is not held lasts. */
const openWorld = async () => {
  const requests: EncodeRequest[] = [];
  const messages: string[] = [];
  const world = {
    failure: null as Error | null,
    held: null as Promise<void> | null,
    encoded: ENCODED,
    requests,
    messages,
  };
  const encoder: RowEncoder = {
    encode: async (request) => {
      requests.push(request);
      await world.held;
      if (world.failure !== null) {
        throw world.failure;
      }
      return request.rows.map(() => world.encoded);
    },
    close: () => Promise.resolve(),
  };
  const additions = await openAdditions({
    ...{ folder: await temporaryFolder(), encoder },
    clock: {
      ...systemClock,
      sleep: (ms, signal) => systemClock.sleep(ms === 30_000 && world.held === null ? ms : 1, signal),
    },
    log: (level, message) => messages.push(`${level}: ${message}`),
    events: { events: () => [], revisionOf: () => 0 },
  });
  onTestFinished(() => additions.close());
  const put = (id: string) =>
    additions.put(
      { side: 'item', id, features: {}, text: null, embedding: null, received_at: '2026-01-01T00:00:00.000Z' },
      () => false,
    );
  return { ...additions, world, put };
};

const whenEncoded = (attached: ReturnType<Awaited<ReturnType<typeof openWorld>>['attach']>, rows: number) =>
  eventually(
    'all rows are encoded',
    () => attached.count('item'),
    (count) => count.rows === rows && count.waiting === 0,
    { everyMs: 1 },
  );

it('says that files of the bundle are missing, and encodes what waits once they are back', async () => {
  const { attach, put, problems, world } = await openWorld();
  world.failure = GONE;
  const attached = attach(bundle);
  await put('new');
  const [problem] = await eventually('it says so', problems, (found) => found.length > 0, { everyMs: 1 });
  expect(problem).toContain("files of the bundle's folder are missing or damaged");
  expect(problem).not.toContain('/home');
  expect(attached.items.rows()).toMatchObject([{ id: 'new', isEncoded: false, vector: null }]);
  world.failure = null;
  await whenEncoded(attached, 1);
  expect(attached.items.rows()).toMatchObject([{ id: 'new', isEncoded: true, vector: VECTOR }]);
  expect(problems()).toEqual([]);
  expect(world.messages.at(-1)).toBe('info: users and items given online are encoded again');
});

it('says that rows wait for an encoder that does not answer, and no more once it has', async () => {
  const { attach, put, problems, world } = await openWorld();
  let answer = (): void => undefined;
  world.held = new Promise((resolve) => {
    answer = resolve;
  });
  const attached = attach(bundle);
  await put('new');
  const [problem] = await eventually('it says so', problems, (found) => found.length > 0, { everyMs: 1 });
  expect(problem).toContain('wait for their encoding, which has taken 30 s');
  expect(world.messages).toEqual([`error: ${problem}`]);
  answer();
  await whenEncoded(attached, 1);
  await eventually('it has gone', problems, (found) => found.length === 0, { everyMs: 1 });
});

it('encodes nothing for a bundle that was released, and its problem is none of the server', async () => {
  const { attach, put, problems, world } = await openWorld();
  const [older, newer] = [attach(bundle), attach({ ...bundle, folder: 'the next one' })];
  await put('one');
  await Promise.all([whenEncoded(older, 1), whenEncoded(newer, 1)]);
  world.failure = GONE;
  await put('two');
  await eventually('both fail', problems, (found) => found.length === 2, { everyMs: 1 });
  older.release();
  expect(problems()).toHaveLength(1);
  world.failure = null;
  world.requests.length = 0;
  await whenEncoded(newer, 2);
  await put('three');
  await whenEncoded(newer, 3);
  expect(new Set(world.requests.map(({ bundleFolder }) => bundleFolder))).toEqual(new Set(['the next one']));
  // A request that has it ends as it began.
  expect(older.items.rows()[0]).toMatchObject({ id: 'one', vector: VECTOR });
});

it.each([
  ['none', null],
  ['one that no item of the bundle comes near', Float32Array.of(400, 0)],
])('tells rows that the model gives %s from those that wait', async (_, vector) => {
  const { attach, put, world } = await openWorld();
  world.encoded = { vector, content: null };
  const attached = attach(bundle);
  await put('huge');
  await whenEncoded(attached, 1);
  expect(attached.count('item')).toEqual({ rows: 1, waiting: 0, withoutVector: 1 });
  expect(attached.items.rows()).toMatchObject([{ isEncoded: true, vector: null }]);
  expect(world.messages).toEqual([expect.stringContaining('warn: item huge: has no vector')]);
});
