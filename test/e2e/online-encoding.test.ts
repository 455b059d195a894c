/** `tt-exp serve --online-encoding`: users and items that training has not seen, through kills and a swap of the model. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { createMlflowReader } from '../support/mlflow-rest.ts';
import { createServedHome, SERVED_MODEL, type ServedHome, type ServedProcess } from '../support/served-home.ts';
import { ask, post, type TestAnswer } from '../support/serving.ts';

const TIMEOUT_MS = 600_000;
const NAME = SERVED_MODEL;
const FEATURES = { industry: 'fintech', type: 'collaboration', skills: ['Rust', 'Go'], team_size: 7 };

interface Served extends ServedProcess {
  get(path: string): Promise<TestAnswer>;
  list(userId: string, query?: string): Promise<TestAnswer>;
}

describe('e2e/online-encoding', () => {
  let served: ServedHome;
  /** Scores that a challenger gave an item given online. */
  const tried: { readonly user: string; readonly score: number }[] = [];

  const mlflowUri = async (): Promise<string> => {
    const { services } = await served.json<{
      readonly services: readonly { readonly name: string; readonly address: string }[];
    }>('status');
    return services.find(({ name }) => name === 'mlflow')?.address ?? '';
  };

  const serve = async (...more: readonly string[]): Promise<Served> => {
    const process = await served.serve('--model', NAME, '--online-encoding', ...more);
    const get: Served['get'] = (path) => ask(`${process.url}/api/recommendations/${path}`);
    return { ...process, get, list: (id, query = '') => get(`startups/for-developer/${id}?limit=100${query}`) };
  };

  const put = async (
    { url }: Served,
    side: 'user' | 'item',
    id: string,
    features: object = FEATURES,
  ): Promise<string> => {
    const { status, body, text } = await post(`${url}/api/${side}s`, { [`${side}_id`]: id, features });
    expect(status, text).toBe(200);
    return body.result;
  };

  /** Once it is encoded, in the lists by the model. */
  const inLists = (server: Served, itemId: string): Promise<TestAnswer> =>
    eventually(
      `${itemId} is in the lists`,
      () => server.list('d0000001', '&engine=two_tower'),
      ({ body }) => body.item_ids.includes(itemId),
    );

  const scoreOf = ({ item_ids, scores }: TestAnswer['body'], itemId = 'before'): number =>
    scores[item_ids.indexOf(itemId)];

  /** Few enough to be in one list, with the items given online. */
  const ALIKE = '&type=collaboration&team_size=7';

  /** Of one user of each arm, whom the router gives the model's list. */
  const whomTheyTry = async (server: Served, ids: readonly string[]) => {
    const found = new Map<string, string>();
    for (const id of ids) {
      const { experiment, engine } = (await server.list(id, ALIKE)).body;
      if (engine === 'two_tower' && !found.has(experiment.arm)) {
        found.set(experiment.arm, id);
      }
    }
    const [champion, challenger] = [found.get('champion'), found.get('challenger')];
    if (champion === undefined || challenger === undefined) {
      return expect.unreachable(`an arm has none of ${ids.join(', ')}`);
    }
    return { champion, challenger };
  };

  const encoderOf = async ({ process: { child } }: Served): Promise<number> => {
    const children = (await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')).trim().split(' ');
    for (const pid of children) {
      if ((await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes('encoding-child')) {
        return Number(pid);
      }
    }
    return 0;
  };

  beforeAll(async () => {
    served = await createServedHome();
  }, TIMEOUT_MS);

  afterAll(() => served?.dispose());

  it(
    'has a new item in every list, by its fields as well, until it is met or erased',
    async () => {
      const server = await serve();
      expect(await put(server, 'item', 'new-1')).toBe('added');
      expect(await put(server, 'item', 'new-1')).toBe('unchanged');
      const { body } = await inLists(server, 'new-1');
      expect(body.fallback).toBeNull();
      expect((await server.list('d0000001', '&engine=content')).body).toMatchObject({
        engine: 'content',
        item_ids: expect.arrayContaining(['new-1']),
      });
      const similar = (await server.get('startups/similar-to/new-1?limit=5')).body;
      expect([similar.engine, similar.fallback, similar.item_ids.length]).toEqual(['two_tower', null, 5]);
      const [nearest] = similar.item_ids as readonly [string];
      expect((await server.get(`startups/similar-to/${nearest}?limit=100`)).body.item_ids).toContain('new-1');
      expect((await server.get('developers/for-startup/new-1')).body).toMatchObject({
        engine: 'two_tower',
        fallback: null,
      });
      expect((await server.list('d0000001', '&type=collaboration&team_size=7')).body.item_ids).toContain('new-1');
      expect((await server.list('d0000001', '&team_size=8..')).body.item_ids).not.toContain('new-1');

      expect(await put(server, 'item', 'new-1', { ...FEATURES, team_size: 9 })).toBe('replaced');
      expect((await server.list('d0000001', '&team_size=7')).body.item_ids).not.toContain('new-1');
      const event = { event_id: 'e', user_id: 'd0000001', item_id: 'new-1', type: 'view' };
      expect((await post(`${server.url}/api/events`, event)).status).toBe(200);
      expect((await server.list('d0000001')).body.item_ids).not.toContain('new-1');
      expect((await server.list('d0000002', '&engine=popularity')).body.item_ids.at(-1)).toBe('new-1');
      const erased = await ask(`${server.url}/api/items/new-1`, { method: 'DELETE' });
      expect(erased.body).toMatchObject({ item_id: 'new-1', erased: true });
      expect((await server.get('startups/similar-to/new-1')).status).toBe(404);
      await served.stop(server);
      const file = await readFile(join(served.home.folder, 'serving', NAME, 'additions.ndjson'), 'utf8');
      expect(file).not.toContain('new-1');
    },
    TIMEOUT_MS,
  );

  it(
    'answers a new user by their own content, then by the model, and names what it cannot compute yet',
    async () => {
      const server = await serve();
      const bare = (await server.list('newcomer')).body;
      expect(bare.engine).toBe('popularity');
      await put(server, 'user', 'newcomer', { skills: ['Rust'] });
      const waiting = (await server.list('newcomer', '&engine=two_tower')).body;
      if (waiting.engine !== 'two_tower') {
        expect(waiting.fallback).toContain("two_tower: the user's vector is not computed yet");
      }
      const cold = (await server.list('newcomer')).body;
      expect(cold).toMatchObject({ engine: 'content', reason: '0 interactions, fewer than 5' });
      expect(cold.item_ids).not.toEqual(bare.item_ids);
      const five = bare.item_ids.slice(0, 5) as readonly string[];
      const events = five.map((item_id) => ({ event_id: `n ${item_id}`, user_id: 'newcomer', item_id, type: 'like' }));
      expect((await post(`${server.url}/api/events`, { events })).status).toBe(200);
      const warm = await eventually(
        'the model answers',
        async () => (await server.list('newcomer')).body,
        ({ engine }) => engine === 'two_tower',
      );
      expect(warm).toMatchObject({ reason: '5 interactions, from 5 to 20', fallback: null });
      expect((await ask(`${server.url}/api/users/newcomer`, { method: 'DELETE' })).body.erased).toBe(true);
      expect((await server.list('newcomer')).body).toMatchObject({ engine: 'content' });
      await served.stop(server);
    },
    TIMEOUT_MS,
  );

  it(
    'encodes on after its encoder was killed, and has everything acknowledged after a kill of its own',
    async () => {
      const [server, other] = [await serve(), await serve()];
      await put(server, 'item', 'before');
      await Promise.all([inLists(server, 'before'), inLists(other, 'before')]);
      const first = await encoderOf(server);
      expect(first).toBeGreaterThan(0);
      process.kill(first, 'SIGKILL');
      const acknowledged: string[] = [];
      await Promise.all(
        Array.from({ length: 20 }, async (_, number) => {
          await put(server, 'item', `kept-${number}`);
          acknowledged.push(`kept-${number}`);
        }),
      );
      await inLists(server, 'kept-19');
      const second = await encoderOf(server);
      expect(second).not.toBe(first);
      const sending = Promise.allSettled(
        Array.from({ length: 50 }, async (_, number) => {
          await put(server, 'item', `late-${number}`);
          acknowledged.push(`late-${number}`);
        }),
      );
      await eventually(
        'some are acknowledged',
        () => acknowledged.length,
        (count) => count > 25,
        { everyMs: 1 },
      );
      server.process.child.kill('SIGKILL');
      await Promise.all([sending, server.process.finished]);
      await eventually(
        'the encoder has ended with its server',
        () => readFile(`/proc/${second}/cmdline`, 'utf8').catch(() => ''),
        (command) => command === '',
      );
      await served.stop(other);
      const again = await serve();
      const page = async (offset: number): Promise<readonly string[]> =>
        (await again.list('d0000001', `&engine=two_tower&offset=${offset}`)).body.item_ids;
      await eventually(
        'all are in the lists again',
        async () => [...(await page(0)), ...(await page(100))],
        (itemIds) => acknowledged.every((id) => itemIds.includes(id)),
      );
      await served.stop(again);
    },
    TIMEOUT_MS,
  );

  it(
    'encodes what was given for both models of an experiment online, which begins with `--ab`',
    async () => {
      const mlflow = createMlflowReader(await mlflowUri());
      // Nobody decides it, so nobody gives the alias either.
      await mlflow.moveAlias(NAME, 'challenger', '2');
      const server = await serve('--ab', 'challenger=0.5');
      await eventually(
        'both bundles are there',
        async () => (await ask(`${server.url}/readyz`)).body,
        ({ experiment }) => experiment !== null,
      );
      const guests = Array.from({ length: 20 }, (_, number) => `guest-${number}`);
      const five = (await server.list('guest-0', '&type=employment')).body.item_ids.slice(0, 5) as readonly string[];
      await Promise.all(guests.map((id) => put(server, 'user', id, { skills: ['Rust'] })));
      const events = guests.flatMap((user_id) =>
        five.map((item_id) => ({ event_id: `${user_id} ${item_id}`, user_id, item_id, type: 'like' })),
      );
      expect((await post(`${server.url}/api/events`, { events })).status).toBe(200);
      await eventually(
        'both models have the vectors of all guests, and of the item',
        () => Promise.all(guests.map(async (id) => (await server.list(id, ALIKE)).body)),
        (lists) => lists.every(({ engine, item_ids }) => engine === 'two_tower' && item_ids.includes('before')),
      );
      for (const ids of [guests, Array.from({ length: 40 }, (_, number) => `d${String(number).padStart(7, '0')}`)]) {
        const { champion, challenger } = await whomTheyTry(server, ids);
        const byChampion = (await server.list(champion, ALIKE)).body;
        expect(byChampion).toMatchObject({ model_version: '1', experiment: { arm: 'champion' } });
        const same = (await server.list(champion, `${ALIKE}&engine=two_tower`)).body;
        expect(scoreOf(byChampion)).toBeCloseTo(scoreOf(same), 6);
        const byChallenger = (await server.list(challenger, ALIKE)).body;
        expect(byChallenger).toMatchObject({ model_version: '2', experiment: { arm: 'challenger' } });
        const other = (await server.list(challenger, `${ALIKE}&engine=two_tower`)).body;
        expect(other.model_version).toBe('1');
        expect(scoreOf(byChallenger)).not.toBeCloseTo(scoreOf(other), 6);
        tried.push({ user: challenger, score: scoreOf(byChallenger) });
      }
      await served.json('ab', 'stop', NAME, '--reason', 'a test', '--yes');
      await served.stop(server);
    },
    TIMEOUT_MS,
  );

  it(
    'encodes what was given for every model that takes over, and never answers from two',
    async () => {
      const server = await serve();
      const first = (await inLists(server, 'before')).body;
      expect(first.model_version).toBe('1');
      await served.json('models', 'promote', `${NAME}/2`, '--reason', 'a test', '--yes');
      const second = await eventually(
        'version 2 has it in its lists',
        async () => (await server.list('d0000001', '&engine=two_tower')).body,
        ({ model_version, item_ids }) => model_version === '2' && item_ids.includes('before'),
      );
      expect(scoreOf(second)).not.toBeCloseTo(scoreOf(first), 6);
      const fresh = await serve();
      const same = (await inLists(fresh, 'before')).body;
      expect([same.bundle, scoreOf(same)]).toEqual([second.bundle, expect.closeTo(scoreOf(second), 6)]);
      // What it listed as challenger, it does as champion.
      for (const { user, score } of tried) {
        const now = await eventually(
          `the vector of ${user}`,
          async () => (await fresh.list(user, `${ALIKE}&engine=two_tower`)).body,
          ({ engine }) => engine === 'two_tower',
        );
        expect([now.model_version, scoreOf(now)]).toEqual(['2', expect.closeTo(score, 6)]);
      }
      expect((await ask(`${server.url}/metrics`)).text).toMatch(
        /tt_exp_additions\{side="item",state="encoded"\} [1-9]/,
      );
      await Promise.all([served.stop(server), served.stop(fresh)]);
    },
    TIMEOUT_MS,
  );
});
