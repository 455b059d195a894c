/** What the server does not answer, and how it says so. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openKeyFile, parseKeyRing } from '../../../serving/http/api-keys.ts';
import { encodingProcess } from '../../support/encoding-process.ts';
import { ask, post, startServing, type TestAnswer } from '../../support/serving.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const LISTS = '/api/recommendations/startups/for-developer';
const EVENT = { event_id: 'e1', user_id: 'hot', item_id: 'i1', type: 'view' };

const expectRefusal = ({ status, body, text, headers }: TestAnswer, wanted: number, code: string): void => {
  expect([status, body?.error?.code]).toEqual([wanted, code]);
  expect(body).toEqual({
    error: { code, message: expect.stringMatching(/./), hint: expect.stringMatching(/./) },
    request_id: headers.get('x-request-id'),
  });
  expect(text).not.toMatch(/node_modules|\.ts:\d|at \w+ \(/);
};

/** What the server sends on a connection until it closes it. */
const talk = async (url: string, bytes: string): Promise<string> => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk.toString('utf8');
  });
  socket.on('error', () => undefined);
  socket.write(bytes);
  await once(socket, 'close');
  return received;
};

const digestOf = (key: string): string => createHash('sha256').update(key).digest('hex');

describe('serving/http: refusals', () => {
  it.each([
    ['limit=0', 'limit: got 0'],
    ['limit=-1', 'limit: got -1'],
    ['limit=1000000000', 'limit: got 1000000000'],
    ['limit=ten', 'limit: got "ten"'],
    ['limit=1.5', 'limit: got'],
    ['limit=', 'limit: got ""'],
    ['limit=0x5', 'limit: got "0x5"'],
    ['limit=%205', 'limit: got " 5"'],
    ['diversity=0b1', 'diversity: got "0b1"'],
    ['limit=1&limit=2', 'limit: got ["1","2"]'],
    ['offset=-1', 'offset: got -1'],
    ['offset=1e9', 'offset: got 1000000000'],
    ['diversity=2', 'diversity: got 2'],
    ['engine=oracle', 'two_tower, content, popularity'],
    ['seen=some', 'all, before_test'],
    ['exclude=', 'exclude.0: got ""'],
    ['__proto__=1', '__proto__'],
  ])('answers %s with 400 and what is wrong', async (query, part) => {
    const { url } = await startServing();
    const answer = await ask(`${url}${LISTS}/hot?${query}`);
    expectRefusal(answer, 400, 'INVALID_REQUEST');
    expect(answer.body.error.message).toContain(part);
  });

  it('answers bodies that are not what is expected with 400, and events of such a request are not kept', async () => {
    const { url, events } = await startServing();
    const wrong: readonly unknown[] = [
      ...[
        '',
        '{',
        'null',
        '[]',
        '7',
        '{"__proto__": {"a": 1}}',
        { events: [] },
        { events: [EVENT, { event_id: 'e2' }] },
      ],
      ...[
        { ...EVENT, event_id: 1 },
        { ...EVENT, event_id: '' },
        { ...EVENT, extra: 1 },
        { ...EVENT, type: 'a b' },
      ],
      ...[
        { ...EVENT, user_id: 'x'.repeat(1025) },
        { ...EVENT, occurred_at: 7 },
        { ...EVENT, occurred_at: 'not a date' },
        { ...EVENT, occurred_at: '2026-02-30T10:00:00Z' },
        { ...EVENT, occurred_at: '2026-01-01T25:00:00Z' },
      ],
      { events: Array.from({ length: 501 }, (_, n) => ({ ...EVENT, event_id: `e${n}` })) },
    ];
    for (const body of wrong) {
      expectRefusal(await post(`${url}/api/events`, body), 400, 'INVALID_REQUEST');
    }
    const asText = await ask(`${url}/api/events`, { method: 'POST', body: JSON.stringify(EVENT) });
    expectRefusal(asText, 400, 'INVALID_REQUEST');
    const noUsers = await post(`${url}${LISTS}/batch`, { user_ids: [] });
    expectRefusal(noUsers, 400, 'INVALID_REQUEST');
    // A body is JSON: its numbers are numbers.
    expectRefusal(await post(`${url}${LISTS}/batch`, { user_ids: ['hot'], limit: '5' }), 400, 'INVALID_REQUEST');
    expect(events.status().events).toBe(0);
    for (const occurred_at of ['2026-01-31T10:00:00.123+01:00', '2026-01-31T10:00:00Z', '2026-01-31T10:00']) {
      expect((await post(`${url}/api/events`, { ...EVENT, event_id: occurred_at, occurred_at })).status).toBe(200);
    }
  });

  it('answers bodies that are not UTF-8, or are said to be none, with 400: two ids are never read as one', async () => {
    const { url, events } = await startServing({ encoder: encodingProcess() });
    const send = (path: string, body: string, encoding: BufferEncoding, contentType = 'application/json') =>
      ask(`${url}${path}`, {
        ...{ method: 'POST', headers: { 'content-type': contentType } },
        body: new Uint8Array(Buffer.from(body, encoding)),
      });
    const event = (id: string) => JSON.stringify({ ...EVENT, event_id: id, user_id: id });
    const bodies: readonly [string, string][] = [
      ['/api/events', event('l\u00e9')],
      ['/api/events', event('l\u00e8')],
      ['/api/users', '{"user_id": "l\u00e9"}'],
      ['/api/items', '{"item_id": "l\u00e9"}'],
      [`${LISTS}/batch`, '{"user_ids": ["l\u00e9"]}'],
    ];
    for (const [path, body] of bodies) {
      const answer = await send(path, body, 'latin1');
      expectRefusal(answer, 400, 'INVALID_REQUEST');
      expect(answer.body.error.message).toBe('body: has bytes that are not UTF-8');
      expect((await send(path, body, 'utf16le')).status).toBe(400);
    }
    // Half a surrogate pair, as CESU-8 writes it; an overlong slash; a character that is cut.
    for (const bytes of ['\u00ed\u00a0\u0080', '\u00c0\u00af', '\u00e2\u0082']) {
      expectRefusal(await send('/api/events', event(bytes), 'latin1'), 400, 'INVALID_REQUEST');
    }
    for (const charset of ['latin1', 'ISO-8859-1', '"Latin1"', 'utf-16', 'us-ascii']) {
      const answer = await send('/api/events', event('a'), 'utf8', `application/json; charset=${charset}`);
      expectRefusal(answer, 400, 'INVALID_REQUEST');
      expect(answer.body.error.message).toBe(
        `content-type: got charset "${charset.replaceAll('"', '')}", expected utf-8`,
      );
    }
    expect(events.status().events).toBe(0);
    const types = ['; charset=utf-8', ';charset=UTF-8', '; Charset="Utf8"', '; profile="a;charset=latin1"', ' ; x=y'];
    for (const [at, type] of types.entries()) {
      const answer = await send('/api/events', `\ufeff${event(`\u00e9${at}`)}`, 'utf8', `application/json${type}`);
      expect([answer.status, answer.body.accepted]).toEqual([200, 1]);
    }
    expect(events.overlay.events('\u00e91')).toHaveLength(1);
  });

  it('says of a body of another type which one it expects', async () => {
    const { url } = await startServing();
    for (const type of ['text/plain', 'text/plain; charset=utf-8', 'application/x-www-form-urlencoded', 'json']) {
      const answer = await post(`${url}/api/events`, EVENT, { headers: { 'content-type': type } });
      expectRefusal(answer, 400, 'INVALID_REQUEST');
      expect(answer.body.error.message).toBe('content-type: expected application/json');
    }
  });

  it('answers half a surrogate pair anywhere in a body with 400 and where it is: no file of a report could hold it', async () => {
    const { url, events } = await startServing({ encoder: encodingProcess() });
    const HALF = 'a\ud800b';
    const batch = { user_ids: ['hot'], limit: 5 };
    const wrong: readonly [string, string, unknown][] = [
      ['/api/items', 'item_id', { item_id: HALF }],
      ['/api/users', 'user_id', { user_id: '\udc00' }],
      ['/api/users', 'features.bio.0', { user_id: 'eve', features: { bio: [HALF] } }],
      ['/api/events', 'event_id', { ...EVENT, event_id: HALF }],
      ['/api/events', 'type', { ...EVENT, type: HALF }],
      ['/api/events', 'events.1.user_id', { events: [EVENT, { ...EVENT, event_id: 'e2', user_id: HALF }] }],
      [`${LISTS}/batch`, 'user_ids.0', { ...batch, user_ids: [HALF] }],
      [`${LISTS}/batch`, 'exclude.0', { ...batch, exclude: [HALF] }],
      [`${LISTS}/batch`, 'filters.type.0', { ...batch, filters: { type: [HALF] } }],
      [`${LISTS}/batch`, 'filters', { ...batch, filters: { [HALF]: ['x'] } }],
      ['/api/events', 'body', JSON.stringify(HALF)],
    ];
    for (const [path, where, body] of wrong) {
      const answer = await post(`${url}${path}`, body);
      expectRefusal(answer, 400, 'INVALID_REQUEST');
      expect(answer.body.error.message).toContain(`${where}: has half a surrogate pair`);
    }
    expectRefusal(
      await post(`${url}/api/events`, `${'['.repeat(500_000)}${']'.repeat(500_000)}`),
      400,
      'INVALID_REQUEST',
    );
    expect(events.status().events).toBe(0);
    expect((await post(`${url}/api/events`, { ...EVENT, user_id: '\u{1f600}' })).status).toBe(200);
    expect(
      (await ask(`${url}/api/events/for-developer/${encodeURIComponent('\u{1f600}')}`, { method: 'DELETE' })).body,
    ).toMatchObject({ erased: 1 });
  });

  it('takes a DELETE that names the content type of a body that it does not have', async () => {
    const { url } = await startServing({ encoder: encodingProcess() });
    const json = { method: 'DELETE', headers: { 'content-type': 'application/json' } };
    for (const path of ['events/for-developer', 'users', 'items']) {
      expect((await ask(`${url}/api/${path}/nobody`, json)).status).toBe(200);
    }
    expectRefusal(await ask(`${url}/api/events`, { ...json, method: 'POST', body: '' }), 400, 'INVALID_REQUEST');
  });

  it('says of a forbidden key what it is, not that the body is no JSON', async () => {
    const { url } = await startServing();
    for (const body of ['{"__proto__": {"a": 1}}', '{"constructor": {"prototype": 1}}']) {
      const answer = await post(`${url}/api/events`, body);
      expectRefusal(answer, 400, 'INVALID_REQUEST');
      expect(answer.body.error.message).toContain('has a key __proto__ or constructor.prototype');
    }
    expect((await post(`${url}/api/events`, '{"__proto__": ')).body.error.message).toContain('not valid JSON');
  });

  it('names the types of interaction of the data where an event has another', async () => {
    const { url, events, serve, openBundle } = await startServing();
    const one = await post(`${url}/api/events`, { ...EVENT, type: 'dislke' });
    expectRefusal(one, 400, 'INVALID_REQUEST');
    expect(one.body.error.message).toBe(
      `type: got "dislke", expected a type of interaction in the bundle's data: like, view, dislike`,
    );
    expect(one.body.error.hint).toContain('Did you mean dislike?');
    const several = await post(`${url}/api/events`, {
      events: [EVENT, { ...EVENT, event_id: 'e2', type: 'toString' }],
    });
    expectRefusal(several, 400, 'INVALID_REQUEST');
    expect(several.body.error.message).toContain('events.1.type: got "toString"');
    expect(events.status().events).toBe(0);
    serve(await openBundle({ facts: { labels: {} } }));
    expect((await post(`${url}/api/events`, { ...EVENT, type: 'dislke' })).body).toMatchObject({ accepted: 1 });
  });

  it('takes parameters of lists for users for no parameters of lists about items', async () => {
    const { url } = await startServing();
    for (const address of ['startups/similar-to/i1', 'developers/for-startup/i1']) {
      for (const parameter of ['engine=content', 'diversity=0.5', 'damping=0', 'seen=all']) {
        const answer = await ask(`${url}/api/recommendations/${address}?${parameter}`);
        expectRefusal(answer, 400, 'INVALID_REQUEST');
        expect(answer.body.error.message).toContain(`filter: got "${parameter.split('=')[0]}"`);
      }
    }
  });

  it('answers what is not there with 404, whatever the method', async () => {
    const { url } = await startServing();
    for (const path of ['/', '/api', '/nothing', `${LISTS}`, '/api/recommendations/jobs/for-person/1', '/docs/../x']) {
      expectRefusal(await ask(`${url}${path}`), 404, 'NOT_FOUND');
    }
    expectRefusal(await ask(`${url}${LISTS}/hot`, { method: 'PUT' }), 404, 'NOT_FOUND');
    expectRefusal(await ask(`${url}/api/recommendations/startups/similar-to/gone`), 404, 'ITEM_NOT_FOUND');
    expectRefusal(await ask(`${url}/api/recommendations/developers/for-startup/gone`), 404, 'ITEM_NOT_FOUND');
  });

  it('answers ids that are too long, and addresses that cannot be read, with 400', async () => {
    const { url } = await startServing();
    expectRefusal(await ask(`${url}${LISTS}/${'x'.repeat(1025)}`), 400, 'INVALID_REQUEST');
    expectRefusal(await ask(`${url}${LISTS}/${encodeURIComponent('ü'.repeat(10_000))}`), 400, 'INVALID_REQUEST');
    const broken = await ask(`${url}${LISTS}/%zz`);
    expect([broken.status, broken.body.error.code]).toEqual([400, 'INVALID_REQUEST']);
    for (const [query, shown] of [
      ['exclude=%ff', 'exclude=%ff'],
      ['limit=2&type=%e9', 'type=%e9'],
      ['skills=%ed%a0%80&limit=1', 'skills=%ed%a0%80'],
      ['skills=100%', 'skills=100%'],
      ['%c3=1', '%c3=1'],
    ]) {
      for (const address of [`${LISTS}/hot`, '/api/recommendations/startups/similar-to/i1']) {
        const answer = await ask(`${url}${address}?${query}`);
        expectRefusal(answer, 400, 'INVALID_REQUEST');
        expect(answer.body.error.message).toBe(`query: got "${shown}", which is not percent-encoded UTF-8`);
      }
    }
    expect((await ask(`${url}${LISTS}/hot?exclude=%25ff&exclude=%C3%A9+&exclude=100%25`)).status).toBe(200);
    // curl sends an id as it is typed.
    for (const path of [`${LISTS}/\u00e9`, `${LISTS}/hot?exclude=\u00e9`]) {
      const raw = await talk(url, `GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);
      expect(raw).toMatch(/^HTTP\/1\.1 400 .*the address has characters that none can have/s);
    }
  });

  it('answers bodies that are too large with 413', async () => {
    const { url } = await startServing();
    const answer = await post(`${url}/api/events`, `"${'x'.repeat(2 * 1024 * 1024)}"`);
    expectRefusal(answer, 413, 'TOO_LARGE');
    expect(answer.body.error.message).toContain('2 MiB');
  });

  it('answers what is no HTTP in the same shape, and closes the connection', async () => {
    const { url } = await startServing();
    const garbage = await talk(url, 'GARBAGE\r\n\r\n');
    expect(garbage).toMatch(/^HTTP\/1\.1 400 .*"code":"INVALID_REQUEST"/s);
    const large = await talk(url, `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`);
    expect(large).toMatch(/^HTTP\/1\.1 413 .*"code":"TOO_LARGE".*64 KiB/s);
    const expecting = await talk(url, 'GET /healthz HTTP/1.1\r\nhost: a\r\nexpect: foo\r\n\r\n');
    expect(expecting).toMatch(/^HTTP\/1\.1 417 .*"code":"EXPECTATION_FAILED".*got foo/s);
    for (const received of [garbage, large, expecting]) {
      expect(received).toMatch(/^x-request-id: ([\w-]{36})\r\n.*"request_id":"\1"/ms);
    }
    const named = await talk(url, 'GET /healthz HTTP/1.1\r\nhost: a\r\nexpect: foo\r\nx-request-id: abc-1\r\n\r\n');
    expect(named).toMatch(/^x-request-id: abc-1\r\n.*"request_id":"abc-1"/ms);
  });

  it('ends clients that say nothing, or too slowly, and serves others meanwhile', async () => {
    const { url } = await startServing({ limits: { requestMs: 300 } });
    const silent = talk(url, '');
    const slow = talk(
      url,
      `POST /api/events HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`,
    );
    const halfHead = talk(url, 'GET /healthz HTTP/1.1\r\nhost:');
    expect((await ask(`${url}/healthz`)).status).toBe(200);
    for (const received of await Promise.all([silent, slow, halfHead])) {
      expect(received).toMatch(/^HTTP\/1\.1 408 .*"code":"REQUEST_TIMEOUT"/s);
    }
  });

  it('asks for a key that is known and may do it; health needs none', async () => {
    const keys = parseKeyRing(
      'keys.json',
      JSON.stringify({
        keys: [
          { name: 'reader', sha256: digestOf('r'), scopes: ['read'] },
          { name: 'writer', sha256: digestOf('w'), scopes: ['write'] },
        ],
      }),
    );
    const { url } = await startServing({ keys });
    const as = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
    const none = await ask(`${url}${LISTS}/hot`);
    expectRefusal(none, 401, 'UNAUTHENTICATED');
    expect(none.headers.get('www-authenticate')).toBe('Bearer');
    expectRefusal(await ask(`${url}${LISTS}/hot`, as('other')), 401, 'UNAUTHENTICATED');
    expectRefusal(await ask(`${url}${LISTS}/hot`, { headers: { authorization: 'Basic r' } }), 401, 'UNAUTHENTICATED');
    expectRefusal(await ask(`${url}${LISTS}/hot`, as('w')), 403, 'FORBIDDEN');
    expectRefusal(await post(`${url}/api/events`, EVENT, as('r')), 403, 'FORBIDDEN');
    expectRefusal(await ask(`${url}/api/events/for-developer/hot`, { method: 'DELETE', ...as('r') }), 403, 'FORBIDDEN');
    expectRefusal(await ask(`${url}/metrics`), 401, 'UNAUTHENTICATED');
    expect((await ask(`${url}${LISTS}/hot`, as('r'))).status).toBe(200);
    expect((await post(`${url}/api/events`, EVENT, as('w'))).status).toBe(200);
    expect((await ask(`${url}/metrics`, as('r'))).status).toBe(200);
    for (const open of ['/healthz', '/readyz', '/openapi.json']) {
      expect((await ask(`${url}${open}`)).status).toBe(200);
    }
  });

  it('http/api-keys: reads a changed file, and keeps the keys where the change is none', async () => {
    const file = join(await temporaryFolder(), 'keys.json');
    const write = (key: string): Promise<void> =>
      writeFile(file, JSON.stringify({ keys: [{ name: key, sha256: digestOf(key), scopes: ['read'] }] }));
    await write('first');
    const messages: string[] = [];
    const keys = await openKeyFile(file, (_, message) => messages.push(message));
    expect(keys.find('first')).toMatchObject({ name: 'first', scopes: ['read'] });
    await writeFile(file, '{"keys": []}');
    await keys.refresh();
    expect([keys.find('first')?.name, keys.problem()]).toEqual(['first', expect.not.stringContaining(file)]);
    expect(messages).toEqual([expect.stringContaining(file)]);
    await write('second');
    await keys.refresh();
    expect([keys.find('first'), keys.find('second')?.name, keys.problem()]).toEqual([null, 'second', null]);
    await expect(openKeyFile(`${file}.none`, () => undefined)).rejects.toMatchObject({ code: 'CONFIG_NOT_FOUND' });
  });

  it('answers 429 once one client has asked too often, with when to come again, and not to others', async () => {
    const keys = parseKeyRing(
      'keys.json',
      JSON.stringify({ keys: ['a', 'b'].map((name) => ({ name, sha256: digestOf(name), scopes: ['read'] })) }),
    );
    const { url } = await startServing({ rateLimit: 5, keys });
    const as = (key: string) => ask(`${url}${LISTS}/hot`, { headers: { authorization: `Bearer ${key}` } });
    const answers = await Promise.all(Array.from({ length: 20 }, () => as('a')));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(10);
    for (const answer of refused) {
      expectRefusal(answer, 429, 'TOO_MANY_REQUESTS');
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    }
    expect((await as('b')).status).toBe(200);
    // Whoever tries keys is one client, however many keys they try.
    const guesses = await Promise.all(Array.from({ length: 20 }, (_, n) => as(`guess-${n}`)));
    expect(new Set(guesses.map(({ status }) => status))).toEqual(new Set([401, 429]));
    expect(guesses.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(10);
    expect((await ask(`${url}/metrics`)).status).toBe(429);
    expect((await as('b')).status).toBe(200);
    expect((await ask(`${url}/healthz`)).status).toBe(200);
  });

  it('sheds nothing for how busy its own start was', async () => {
    const blocking = setInterval(() => {
      for (const end = performance.now() + 60; performance.now() < end; ) {
        // Holds the loop as a start does that loads much.
      }
    }, 1);
    const { url } = await startServing({ limits: { loopDelayMs: 20, loopSampleMs: 400 } });
    clearInterval(blocking);
    const statuses = new Set<number>();
    for (const end = performance.now() + 700; performance.now() < end; ) {
      statuses.add((await ask(`${url}${LISTS}/hot`)).status);
    }
    expect([...statuses]).toEqual([200]);
  });

  it('sheds load with 503 and when to come again while its event loop lags; health is answered', async () => {
    const { url } = await startServing({ limits: { loopDelayMs: 5, loopSampleMs: 20 } });
    const blocking = setInterval(() => {
      for (const end = performance.now() + 60; performance.now() < end; ) {
        // Holds the loop as a flood would.
      }
    }, 1);
    try {
      // Nothing is shed before two samples.
      await setTimeout(200);
      const answers = await Promise.all(Array.from({ length: 10 }, () => ask(`${url}${LISTS}/hot`)));
      const shed = answers.find(({ status }) => status === 503);
      expect(shed?.body.error).toMatchObject({ code: 'UNAVAILABLE' });
      expect(shed?.headers.get('retry-after')).toBe('1');
      expect((await ask(`${url}/healthz`)).status).toBe(200);
    } finally {
      clearInterval(blocking);
    }
  });
});
