/** `tt-exp serve` on a home with a trained champion, through promotions, kills and without MLflow. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { createServedHome, SERVED_MODEL, type ServedHome, type ServedProcess } from '../support/served-home.ts';
import { ask, post } from '../support/serving.ts';

const TIMEOUT_MS = 600_000;
const NAME = SERVED_MODEL;
/** Items that the stranger does not meet. */
const UNMET = 5;

interface Served extends ServedProcess {
  list(userId: string, query?: string): ReturnType<typeof ask>;
}

describe('e2e/serving', () => {
  let served: ServedHome;

  const serve = async (): Promise<Served> => {
    const process = await served.serve('--model', NAME);
    const list: Served['list'] = (userId, query = '') =>
      ask(`${process.url}/api/recommendations/startups/for-developer/${userId}?limit=100${query}`);
    return { ...process, list };
  };

  beforeAll(async () => {
    served = await createServedHome();
  }, TIMEOUT_MS);

  afterAll(() => served?.dispose());

  it(
    'follows promotion and rollback under load, without a failed request or an answer of two models',
    async () => {
      const server = await serve();
      expect(server).toMatchObject({ model_version: '1', items: 80, search: 'exact' });
      const versions = new Map<string, Set<string>>();
      let requests = 0;
      let isLoaded = true;
      const load = async (client: number): Promise<void> => {
        for (let user = client; isLoaded; user += 1) {
          const { status, body } = await server.list(`d${String(user % 120).padStart(7, '0')}`);
          expect([status, body.user_id, body.item_ids.length]).toEqual([200, expect.any(String), expect.any(Number)]);
          versions.set(body.bundle, (versions.get(body.bundle) ?? new Set()).add(body.model_version));
          requests += 1;
        }
      };
      const clients = [0, 1, 2, 3].map(load);
      const version = async (): Promise<string> => (await ask(`${server.url}/readyz`)).body.model_version;
      await served.json('models', 'promote', `${NAME}/2`, '--reason', 'a test', '--yes');
      await eventually('version 2 is served', version, (seen) => seen === '2');
      await served.json('models', 'rollback', NAME, '--reason', 'back', '--yes');
      await eventually('version 1 is served again', version, (seen) => seen === '1');
      isLoaded = false;
      await Promise.all(clients);
      expect(requests).toBeGreaterThan(100);
      // Each bundle is of one version, and both have answered.
      expect([...versions.values()].flatMap((of) => [...of]).sort()).toEqual(['1', '2']);
      expect(versions.get(server.bundle)).toEqual(new Set(['1']));
      expect((await ask(`${server.url}/metrics`)).text).toContain('tt_exp_bundle_swaps_total 2');
      await served.stop(server);
    },
    TIMEOUT_MS,
  );

  it(
    'warms a stranger up while it serves, and has every acknowledged event after a kill',
    async () => {
      const server = await serve();
      const before = await server.list('stranger');
      expect(before.body).toMatchObject({
        engine: 'popularity',
        item_ids: expect.arrayContaining([expect.any(String)]),
      });
      const met: string[] = [];
      const send = async (itemId: string): Promise<void> => {
        const event = { event_id: `view ${itemId}`, user_id: 'stranger', item_id: itemId, type: 'view' };
        const { status } = await post(`${server.url}/api/events`, event);
        expect(status).toBe(200);
        met.push(itemId);
      };
      const [first, ...others] = before.body.item_ids as readonly [string, ...string[]];
      await send(first);
      const after = (await server.list('stranger')).body;
      expect(after).toMatchObject({ engine: 'content', reason: expect.stringContaining('1 interaction since') });
      expect(after.item_ids).not.toContain(first);

      // Some stay unmet however late the kill comes: whoever has met everything gets it again.
      const sending = Promise.allSettled(others.slice(0, -UNMET).map(send));
      await eventually(
        'some are acknowledged',
        () => met.length,
        (count) => count > 5,
        { everyMs: 1 },
      );
      server.process.child.kill('SIGKILL');
      await Promise.all([sending, server.process.finished]);

      const again = await serve();
      const { item_ids } = (await again.list('stranger')).body;
      expect(item_ids.length).toBeGreaterThanOrEqual(UNMET);
      expect(met.filter((itemId) => item_ids.includes(itemId))).toEqual([]);
      const erased = await ask(`${again.url}/api/events/for-developer/stranger`, { method: 'DELETE' });
      expect(erased.body.erased).toBeGreaterThanOrEqual(met.length);
      expect((await again.list('stranger')).body.item_ids).toEqual(before.body.item_ids);
      await served.stop(again);
    },
    TIMEOUT_MS,
  );

  it(
    'shares its events with another server of the home',
    async () => {
      const [here, there] = [await serve(), await serve()];
      const [first] = (await here.list('guest')).body.item_ids as readonly string[];
      await post(`${here.url}/api/events`, { event_id: 'e', user_id: 'guest', item_id: first, type: 'like' });
      await eventually(
        'the other one leaves the item out',
        async () => (await there.list('guest')).body.item_ids,
        (itemIds) => !itemIds.includes(first),
      );
      const printed = await served.json('recommend', 'guest', '--limit', '100', '--model', NAME);
      expect(printed).toMatchObject({ item_ids: (await here.list('guest')).body.item_ids, engine: 'content' });
      const twice = await post(`${there.url}/api/events`, {
        event_id: 'e',
        user_id: 'guest',
        item_id: first,
        type: 'like',
      });
      expect(twice.body).toMatchObject({ accepted: 0, duplicates: 1 });
      await Promise.all([served.stop(here), served.stop(there)]);
    },
    TIMEOUT_MS,
  );

  it(
    'begins without MLflow from the last good bundle, says so, and follows once MLflow is back',
    async () => {
      expect((await served.home.run(['down'])).exitCode).toBe(0);
      const server = await serve();
      expect(server.model_version).toBe('1');
      const { status, body } = await ask(`${server.url}/readyz`);
      expect([status, body.ready, body.degraded]).toEqual([
        ...[200, true],
        [expect.stringContaining('MLflow cannot be asked for the champion')],
      ]);
      expect(server.process.stderr()).toContain('MLflow cannot be asked for the champion');
      expect((await ask(`${server.url}/metrics`)).text).toContain('tt_exp_problems 1');
      expect((await server.list('d0000001')).status).toBe(200);
      await served.json('up');
      await eventually(
        'nothing is degraded',
        async () => (await ask(`${server.url}/readyz`)).body.degraded,
        (degraded) => degraded.length === 0,
      );
      await served.json('models', 'promote', `${NAME}/2`, '--reason', 'once more', '--yes');
      await eventually(
        'version 2 is served',
        async () => (await server.list('d0000001')).body.model_version,
        (version) => version === '2',
      );
      await served.stop(server);
    },
    TIMEOUT_MS,
  );

  it(
    'ends with 66 where there is nothing to serve, and with 69 where the port is taken',
    async () => {
      const nothing = await served.home.run(['serve', '--model', 'nothing', '--port', '0']);
      expect([nothing.exitCode, nothing.stderr]).toEqual([66, expect.stringContaining('nothing has no champion')]);
      const server = await serve();
      const port = new URL(server.url).port;
      const taken = await served.home.run(['serve', '--model', NAME, '--port', port]);
      expect([taken.exitCode, taken.stderr]).toEqual([69, expect.stringContaining(`port ${port}`)]);
      await served.stop(server);
    },
    TIMEOUT_MS,
  );
});
