/** What the addresses answer, from a bundle that is worked out by hand in test/support/small-bundle.ts. */
import { describe, expect, it } from 'vitest';
import { ask, post, startServing } from '../../support/serving.ts';

const LISTS = '/api/recommendations/startups/for-developer';
const REQUEST_ID = /^[\w-]{36}$/;

describe('serving/http: lists', () => {
  it('answers who, what, how good, by what and why', async () => {
    const { url } = await startServing();
    const { status, body, headers } = await ask(`${url}${LISTS}/hot?limit=2`);
    expect(status).toBe(200);
    // hot is (1, 0) and has met i0 and i2: i1 and i4 have 2, i3 has 1; on a tie the lower row.
    expect(body).toEqual({
      ...{ user_id: 'hot', item_ids: ['i1', 'i4'], scores: [2, 2], engine: 'two_tower', model_version: '3' },
      ...{ bundle: expect.stringMatching(/^[0-9a-f]{64}$/), reason: '25 interactions, more than 20', fallback: null },
      request_id: expect.stringMatching(REQUEST_ID),
    });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-request-id')).toBe(body.request_id);
  });

  it('answers anybody: ten places unless more are asked for, popular things for an unknown user', async () => {
    const { url } = await startServing();
    const { status, body } = await ask(`${url}${LISTS}/nobody`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ engine: 'popularity', item_ids: ['i4', 'i0', 'i1', 'i2', 'i3', 'i5'] });
    // The same without preferences of a kind; rust has those of hot.
    const stated = await ask(`${url}${LISTS}/nobody?skills=rust`);
    expect(stated.body).toMatchObject({ engine: 'content', reason: expect.stringContaining('states preferences') });
  });

  it('filters by fields of items, pages without repeating, and leaves out what is excluded', async () => {
    const { url } = await startServing();
    const filtered = await ask(`${url}${LISTS}/hot?type=collaboration&type=job&team_size=5..10`);
    expect(filtered.body.item_ids).toEqual(['i1', 'i3']);
    const whole = (await ask(`${url}${LISTS}/nobody?limit=6`)).body.item_ids;
    const pages = await Promise.all([0, 2, 4].map((offset) => ask(`${url}${LISTS}/nobody?limit=2&offset=${offset}`)));
    expect(pages.flatMap(({ body }) => body.item_ids)).toEqual(whole);
    const without = await ask(`${url}${LISTS}/nobody?exclude=i4&exclude=i0&limit=2`);
    expect(without.body.item_ids).toEqual(['i1', 'i2']);
  });

  it('lets a request name the engine, and takes diversity and damping', async () => {
    const { url } = await startServing();
    const named = await ask(`${url}${LISTS}/hot?engine=popularity&limit=1`);
    expect(named.body).toMatchObject({ engine: 'popularity', item_ids: ['i4'] });
    const fallen = await ask(`${url}${LISTS}/nobody?engine=two_tower&limit=1`);
    expect(fallen.body).toMatchObject({ engine: 'popularity', fallback: expect.stringContaining('two_tower: ') });
    const damped = await ask(`${url}${LISTS}/nobody?damping=1&diversity=0.5&limit=6`);
    expect([...damped.body.item_ids].sort()).toEqual(['i0', 'i1', 'i2', 'i3', 'i4', 'i5']);
  });

  it('answers the other way round, and what is like an item', async () => {
    const { url } = await startServing();
    const users = await ask(`${url}/api/recommendations/developers/for-startup/i1?limit=2`);
    expect(users.status).toBe(200);
    // i1 is (2, 1): cold (0.6, 0.8) has 2, hot has 2 too and comes first; warm has met it.
    expect(users.body).toMatchObject({ item_id: 'i1', user_ids: ['hot', 'cold'], engine: 'two_tower' });
    const alike = await ask(`${url}/api/recommendations/startups/similar-to/i1?limit=1`);
    expect(alike.body).toMatchObject({ item_id: 'i1', item_ids: ['i4'], bundle: users.body.bundle });
    expect(alike.body.scores[0]).toBeCloseTo(1, 6);
  });

  it('answers several users at once, in their order, from one bundle', async () => {
    const { url } = await startServing();
    const { status, body } = await post(`${url}${LISTS}/batch`, {
      ...{ user_ids: ['nobody', 'hot', 'hot'], limit: 1 },
      filters: { type: ['job'] },
    });
    expect(status).toBe(200);
    expect(
      body.results.map(({ user_id, item_ids }: { user_id: string; item_ids: string[] }) => [user_id, item_ids]),
    ).toEqual([
      ['nobody', ['i4']],
      ['hot', ['i4']],
      ['hot', ['i4']],
    ]);
    expect(new Set(body.results.map(({ bundle }: { bundle: string }) => bundle)).size).toBe(1);
  });

  it('takes a value alone for a list of it in a batch, as in an address', async () => {
    const { url } = await startServing();
    const listFor = async (filters: unknown, user = 'hot') =>
      (await post(`${url}${LISTS}/batch`, { user_ids: [user], filters })).body.results[0];
    const { request_id: _, ...asked } = (await ask(`${url}${LISTS}/hot?type=collaboration&team_size=5..10`)).body;
    expect(await listFor({ type: 'collaboration', team_size: '5..10' })).toEqual(asked);
    expect(await listFor({ type: ['collaboration'], team_size: ['5..10'] })).toEqual(asked);
    expect(
      (await post(`${url}${LISTS}/batch`, { user_ids: ['nobody'], preferences: { skills: 'rust' } })).body,
    ).toMatchObject({
      results: [{ engine: 'content' }],
    });
    expect(
      (await post(`${url}${LISTS}/batch`, { user_ids: ['hot'], filters: { team_size: 5 } })).body.error.message,
    ).toBe('filters.team_size: got 5, which must be string or array');
  });

  it('takes ids as they are, whatever they hold', async () => {
    const { url } = await startServing();
    for (const id of ['a/b', '../../etc/passwd', 'a"b\'c', '日本\u2028語', '%2F', ' ', 'batch', 'x'.repeat(1024)]) {
      const { status, body } = await ask(`${url}${LISTS}/${encodeURIComponent(id)}?limit=1`);
      expect([status, body.user_id]).toEqual([200, id]);
    }
  });

  it('names what is like a word that is no field', async () => {
    const { url } = await startServing();
    const { status, body } = await ask(`${url}${LISTS}/hot?tipe=job`);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 'INVALID_REQUEST', hint: expect.stringContaining('type') });
  });

  it('changes the bundle between two requests, and never within one', async () => {
    const { url, serve, openBundle } = await startServing();
    const next = await openBundle({
      facts: { model: { name: 'two-tower', version: '4', run_id: 'r', manifest_digest: 'x' } },
    }).catch((error: Error) => error);
    // The model's digest is verified: a manifest that names another is no bundle.
    expect(next).toBeInstanceOf(Error);
    const other = await openBundle({ facts: { temperature: 2 } });
    const first = (await ask(`${url}${LISTS}/hot`)).body.bundle;
    const batch = post(`${url}${LISTS}/batch`, { user_ids: Array.from({ length: 100 }, (_, n) => `u${n}`) });
    serve(other);
    const { bundle: second } = (await ask(`${url}${LISTS}/hot`)).body;
    expect(second).toBe(other.digest);
    expect(second).not.toBe(first);
    expect(new Set((await batch).body.results.map(({ bundle }: { bundle: string }) => bundle)).size).toBe(1);
  });
});
