/** What an operator sees: events, health, metrics, the description, the end. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { isFileError } from '../../../host/files/file-errors.ts';
import { overtakenEvent } from '../../support/overtaken-event.ts';
import { ask, post, startServing, type TestServer } from '../../support/serving.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';

const LISTS = '/api/recommendations/startups/for-developer';

const eventOf = (event_id: string, item_id = 'i4', user_id = 'hot') => ({ event_id, user_id, item_id, type: 'view' });

const itemsOf = async ({ url }: TestServer, user: string): Promise<readonly string[]> =>
  (await ask(`${url}${LISTS}/${user}?limit=6`)).body.item_ids;

const metricsOf = async ({ url }: TestServer): Promise<ReadonlyMap<string, number>> =>
  new Map(
    (await ask(`${url}/metrics`)).text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );

describe('serving/http: operation', () => {
  it('takes events into lists at once, each once, and counts them for the router', async () => {
    const server = await startServing();
    const { url } = server;
    expect(await itemsOf(server, 'hot')).toContain('i4');
    const first = await post(`${url}/api/events`, eventOf('e1'));
    expect([first.status, first.body]).toEqual([200, expect.objectContaining({ accepted: 1, duplicates: 0 })]);
    expect(await itemsOf(server, 'hot')).not.toContain('i4');
    const again = await post(`${url}/api/events`, { events: [eventOf('e1'), eventOf('e2', 'i1')] });
    expect(again.body).toMatchObject({ accepted: 1, duplicates: 1 });
    expect((await ask(`${url}${LISTS}/hot`)).body.reason).toBe('27 interactions, more than 20');
    // cold has two interactions: three more make it warm.
    expect((await ask(`${url}${LISTS}/cold`)).body.engine).toBe('content');
    await post(`${url}/api/events`, { events: ['a', 'b', 'c'].map((id) => eventOf(id, 'i0', 'cold')) });
    expect((await ask(`${url}${LISTS}/cold`)).body).toMatchObject({
      ...{ engine: 'two_tower', reason: '5 interactions, from 5 to 20' },
    });
    const users = await ask(`${url}/api/recommendations/developers/for-startup/i0`);
    expect(users.body.user_ids).not.toContain('cold');
  });

  it('follows a user of the training with every event, bundle by bundle', async () => {
    const server = await startServing();
    /** i1 is (0, by), and hot's vector in the bundle (1, 0) whatever it is. */
    const bundleWith = (by: number) =>
      server.openBundle({
        content: { usersWithoutHistory: Float32Array.of(1, 0, 0, 1, 0, 0, 0.6, 0.8) },
        historyTable: { ids: ['i1', 'i2'], values: [0, 0, 0, by, 0, by] },
      });
    const scoreOfI3 = async (): Promise<number> => {
      const { item_ids, scores } = (await ask(`${server.url}${LISTS}/hot?limit=100`)).body;
      return scores[item_ids.indexOf('i3')];
    };
    const tell = (item_id: string, type: string) =>
      post(`${server.url}/api/events`, { event_id: `${item_id} ${type}`, user_id: 'hot', item_id, type });
    server.serve(await bundleWith(5));
    // i3 is (1, 1).
    expect(await scoreOfI3()).toBe(1);
    expect((await tell('i1', 'like')).status).toBe(200);
    expect(await scoreOfI3()).toBe(6);
    server.serve(await bundleWith(7));
    expect(await scoreOfI3()).toBe(8);
    await tell('i1', 'dislike');
    expect(await scoreOfI3()).toBe(1);
    await tell('i2', 'like');
    expect(await scoreOfI3()).toBe(8);
    await ask(`${server.url}/api/events/for-developer/hot`, { method: 'DELETE' });
    expect(await scoreOfI3()).toBe(1);
  });

  it('erases the events of a user, whatever the id holds', async () => {
    const server = await startServing();
    const user = 'a/b "c"\n';
    await post(`${server.url}/api/events`, { events: [eventOf('e1', 'i0', user), eventOf('e2', 'i1')] });
    const path = `/api/events/for-developer/${encodeURIComponent(user)}`;
    const erased = await ask(`${server.url}${path}`, { method: 'DELETE' });
    expect([erased.status, erased.body]).toEqual([200, expect.objectContaining({ user_id: user, erased: 1 })]);
    const text = await readFile(join(server.folder, 'events.ndjson'), 'utf8');
    expect(text).not.toContain('a/b');
    expect(text).toContain('"e2"');
  });

  it('answers lists while the disk is full, refuses events with 503, and says so wherever one looks', async (context) => {
    const disk = mountSmallDisk(1);
    if (disk === null) {
      context.skip('needs the right to mount a file system (root on Linux)');
      return;
    }
    try {
      const server = await startServing({ eventsFile: join(disk.folder, 'events.ndjson') });
      await post(`${server.url}/api/events`, eventOf('e1'));
      disk.fill([join(disk.folder, 'ballast')]);
      const many = { events: Array.from({ length: 300 }, (_, n) => eventOf(`more-${n}`, 'i1')) };
      const refused = await post(`${server.url}/api/events`, many);
      expect([refused.status, refused.body.error.code]).toEqual([503, 'DISK_FULL']);
      expect(refused.headers.get('retry-after')).toBe('5');
      expect(refused.text).not.toContain(disk.folder);
      expect(await itemsOf(server, 'hot')).not.toContain('i4');
      expect((await ask(`${server.url}/readyz`)).body).toMatchObject({
        ...{ ready: true, degraded: [expect.stringContaining('no space left')] },
      });
      const whileFull = await metricsOf(server);
      expect([whileFull.get('tt_exp_events_writable'), whileFull.get('tt_exp_problems')]).toEqual([0, 1]);
      expect((await ask(`${server.url}/readyz`)).text).not.toContain(disk.folder);
      expect(server.messages.join('\n')).toContain(`no space left on the disk: ${disk.folder}`);
      disk.free();
      expect((await post(`${server.url}/api/events`, many)).status).toBe(200);
      expect((await metricsOf(server)).get('tt_exp_events_writable')).toBe(1);
      expect((await ask(`${server.url}/readyz`)).body.degraded).toEqual([]);
      await server.events.close();
    } finally {
      disk.free();
      disk.dispose();
    }
  });

  it('shows what is degraded while it answers', async () => {
    const server = await startServing();
    server.problems.push('MLflow cannot be asked');
    const { status, body } = await ask(`${server.url}/readyz`);
    expect([status, body]).toEqual([
      200,
      {
        ...{ ready: true, model: 'two-tower', model_version: '3', bundle: expect.stringMatching(/^[0-9a-f]{64}$/) },
        ...{ degraded: ['MLflow cannot be asked'], building: null, experiment: null },
      },
    ]);
    expect((await metricsOf(server)).get('tt_exp_problems')).toBe(1);
  });

  it('counts lists, fallbacks, latency by route and engine, and how much of the catalogue was listed', async () => {
    const server = await startServing();
    await ask(`${server.url}${LISTS}/hot?limit=2`);
    await ask(`${server.url}${LISTS}/nobody?limit=1`);
    await ask(`${server.url}${LISTS}/nobody?engine=two_tower&limit=1`);
    await ask(`${server.url}${LISTS}/hot?limit=0`);
    await ask(`${server.url}/elsewhere`);
    await ask(`${server.url}/api/recommendations/developers/for-startup/i1`);
    await post(`${server.url}${LISTS}/batch`, { user_ids: ['hot', 'hot'], limit: 1 });
    await post(`${server.url}${LISTS}/batch`, { user_ids: ['hot', 'nobody'], limit: 1 });
    await post(`${server.url}/api/events`, eventOf('e1'));
    const metrics = await metricsOf(server);
    const count = (route: string, method: string, status: number, engine: string): number | undefined =>
      metrics.get(
        `tt_exp_http_request_duration_seconds_count{method="${method}",route="${route}",status="${status}",engine="${engine}"}`,
      );
    expect(count(`${LISTS}/:id`, 'GET', 200, 'two_tower')).toBe(1);
    expect(count(`${LISTS}/:id`, 'GET', 200, 'popularity')).toBe(2);
    expect(count(`${LISTS}/:id`, 'GET', 400, '')).toBe(1);
    expect(count('unknown', 'GET', 404, '')).toBe(1);
    expect(count('/api/recommendations/developers/for-startup/:id', 'GET', 200, 'two_tower')).toBe(1);
    expect(count(`${LISTS}/batch`, 'POST', 200, 'two_tower')).toBe(1);
    expect(count(`${LISTS}/batch`, 'POST', 200, 'mixed')).toBe(1);
    expect(metrics.get('tt_exp_lists_total{engine="two_tower"}')).toBe(5);
    expect(metrics.get('tt_exp_lists_total{engine="popularity"}')).toBe(3);
    expect(metrics.get('tt_exp_fallbacks_total{engine="popularity"}')).toBe(1);
    expect(metrics.get('tt_exp_events_total{result="accepted"}')).toBe(1);
    // i1 and i4 for hot; i4 for nobody.
    expect([metrics.get('tt_exp_items'), metrics.get('tt_exp_items_listed')]).toEqual([6, 2]);
    expect([...metrics.keys()].find((key) => key.startsWith('tt_exp_bundle_info'))).toMatch(
      /model_version="3",search="exact"/,
    );
    expect(metrics.get('tt_exp_ready')).toBe(1);
  });

  it('counts every event of a body that could be read, by what became of it', async () => {
    const server = await startServing();
    const address = `${server.url}/api/events`;
    const counted = async () => {
      const metrics = await metricsOf(server);
      return ['accepted', 'duplicate', 'refused'].map((result) =>
        metrics.get(`tt_exp_events_total{result="${result}"}`),
      );
    };
    await post(address, { events: [eventOf('e1'), eventOf('e2'), eventOf('e1')] });
    expect(await counted()).toEqual([2, 1, 0]);
    const { user_id: _, ...nobody } = eventOf('e3');
    for (const [body, refused] of [
      [{ events: [eventOf('e3'), nobody] }, 2],
      [nobody, 1],
      [{ ...eventOf('e3'), type: 'dislke' }, 1],
      [{ ...eventOf('e1'), item_id: 'i1' }, 1],
      [[eventOf('e3'), eventOf('e4')], 2],
      [{ events: Array.from({ length: 501 }, (__, n) => eventOf(`n${n}`)) }, 501],
      ...['{', 'null', '7', { events: [] }, { events: 7 }].map((none) => [none, 0] as const),
    ] as const) {
      const before = (await counted())[2] ?? 0;
      expect((await post(address, body)).status).toBe(400);
      expect(await counted(), JSON.stringify(body).slice(0, 80)).toEqual([2, 1, before + refused]);
    }
  });

  it('counts and names what is kept of a request that loses an id to another server while it is written', async () => {
    const server = await startServing();
    const { url, events, folder } = server;
    const record = events.record.bind(events);
    vi.spyOn(events, 'record').mockImplementationOnce((sent) =>
      record(
        sent.map((event) =>
          event.event_id === 'e1'
            ? overtakenEvent(event, join(folder, 'events.ndjson'), [{ ...event, user_id: 'cold' }])
            : event,
        ),
      ),
    );
    const answer = await post(`${url}/api/events`, { events: [eventOf('e1'), eventOf('e2')] });
    expect([answer.status, answer.body.error]).toEqual([
      400,
      {
        code: 'INVALID_REQUEST',
        message:
          'event_id: got "e1", which another event has: its user_id is not the same; 1 other event of the request is kept',
        hint: expect.stringContaining('duplicates'),
      },
    ]);
    const metrics = await metricsOf(server);
    expect(['accepted', 'refused'].map((result) => metrics.get(`tt_exp_events_total{result="${result}"}`))).toEqual([
      1, 1,
    ]);
  });

  it('describes every address with the schema by which it checks, and shows a page', async () => {
    const { url } = await startServing();
    const { body } = await ask(`${url}/openapi.json`);
    expect([body.openapi, body.info.version]).toEqual(['3.1.0', '1.2.3']);
    expect(Object.keys(body.paths).sort()).toEqual([
      '/api/events',
      '/api/events/for-developer/{id}',
      '/api/recommendations/developers/for-startup/{id}',
      '/api/recommendations/startups/for-developer/batch',
      '/api/recommendations/startups/for-developer/{id}',
      '/api/recommendations/startups/similar-to/{id}',
      '/healthz',
      '/metrics',
      '/readyz',
    ]);
    const { parameters } = body.paths['/api/recommendations/startups/for-developer/{id}'].get;
    const limit = parameters.find(({ name }: { name: string }) => name === 'limit');
    expect(limit.schema).toMatchObject({ minimum: 1, maximum: 100, default: 10 });
    expect(parameters.map(({ name }: { name: string }) => name)).toEqual(expect.arrayContaining(['type', 'team_size']));
    const page = await ask(`${url}/docs`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
  });

  it('keeps the request id that a client sends, unless it could not stand in a log', async () => {
    const { url } = await startServing();
    const sent = await ask(`${url}${LISTS}/hot`, { headers: { 'x-request-id': 'abc-1' } });
    expect([sent.body.request_id, sent.headers.get('x-request-id')]).toEqual(['abc-1', 'abc-1']);
    const odd = await ask(`${url}${LISTS}/hot`, { headers: { 'x-request-id': 'a b"' } });
    expect(odd.body.request_id).toMatch(/^[\w-]{36}$/);
  });

  it('says nothing of a defect but its id, and logs it on one line', async () => {
    const { url, serve, openBundle, messages } = await startServing();
    const bundle = await openBundle();
    const recommend = (): never => {
      throw new Error('secret \u001b[31m\nplace');
    };
    serve({ ...bundle, recommender: { ...bundle.recommender, recommend } });
    const { status, body, text } = await ask(`${url}${LISTS}/hot`);
    expect([status, body.error.code]).toEqual([500, 'INTERNAL']);
    expect(text).not.toContain('secret');
    const [message = ''] = messages;
    expect(message).toContain(body.request_id);
    expect(message).toContain('secret \\u001b[31m\\nplace');
    expect([...message].filter((character) => character < ' ')).toEqual([]);
  });

  it('fails readiness first, answers what is in flight, then takes no connection, and ends', async () => {
    const server = await startServing({ limits: { noticeMs: 300 } });
    const draining = server.server.drain();
    const ready = await ask(`${server.url}/readyz`);
    expect([ready.status, ready.body.ready]).toEqual([503, false]);
    expect((await ask(`${server.url}${LISTS}/hot`)).status).toBe(200);
    await draining;
    await expect(ask(`${server.url}/healthz`)).rejects.toThrow();
  });

  it('resets no connection that clients use again and again while it ends', async () => {
    const server = await startServing({ limits: { noticeMs: 300 } });
    const agent = new Agent({ keepAlive: true });
    const failed: unknown[] = [];
    let answered = 0;
    const get = async (): Promise<boolean> => {
      const asked = request(`${server.url}${LISTS}/hot`, { agent });
      try {
        asked.end();
        const [answer] = await once(asked, 'response');
        answer.resume();
        await once(answer, 'end');
        answered += 1;
        return true;
      } catch (error) {
        // A new connection is refused in the end; one that was taken must not break.
        failed.push(...(isFileError(error, 'ECONNREFUSED') ? [] : [error]));
        return false;
      }
    };
    const client = async (): Promise<void> => {
      while (await get()) {
        await setTimeout(1);
      }
    };
    const clients = Array.from({ length: 20 }, client);
    await expect.poll(() => answered).toBeGreaterThan(100);
    await server.server.drain();
    await Promise.all(clients);
    agent.destroy();
    expect(failed).toEqual([]);
  });

  it('ends although a client holds its connection open', async () => {
    const server = await startServing({ limits: { drainMs: 200, requestMs: 60_000 } });
    const controller = new AbortController();
    const body = new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode('{')) });
    const held = fetch(`${server.url}/api/events`, {
      ...{ method: 'POST', body, duplex: 'half', signal: controller.signal },
      headers: { 'content-type': 'application/json' },
    } as RequestInit).catch((error: unknown) => error);
    await ask(`${server.url}/healthz`);
    await server.server.drain();
    expect(await held).toBeInstanceOf(Error);
    expect(server.messages.join('\n')).toContain('have not ended within 200 ms');
  });
});
