/** What the addresses for users and items that training has not seen take and refuse. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { parseKeyRing } from '../../../serving/http/api-keys.ts';
import { encodingProcess } from '../../support/encoding-process.ts';
import { eventually } from '../../support/eventually.ts';
import { ask, post, startServing, type TestAnswer, type TestServer } from '../../support/serving.ts';

let server: TestServer;

beforeEach(async () => {
  // The model of the small bundle does not load: what is given online is kept, and waits.
  server = await startServing({ encoder: encodingProcess() });
});

const put = (body: unknown, side = 'item'): Promise<TestAnswer> => post(`${server.url}/api/${side}s`, body);
const list = async (userId: string, query = ''): Promise<TestAnswer['body']> =>
  (await ask(`${server.url}/api/recommendations/startups/for-developer/${userId}?limit=100${query}`)).body;

describe('http/addition-routes', () => {
  it('answers what became of it, and has it in lists that need no vector', async () => {
    const item = { item_id: 'new', features: { type: ' merger ', team_size: 5, skills: ['go', null] } };
    expect((await put(item)).status).toBe(400);
    const good = { ...item, features: { ...item.features, skills: ['go'] } };
    const { status, body } = await put(good);
    expect([status, body]).toEqual([200, { item_id: 'new', result: 'added', request_id: expect.any(String) }]);
    expect((await put(good)).body.result).toBe('unchanged');
    expect((await put({ item_id: 'new' })).body.result).toBe('replaced');
    expect((await put(good)).body.result).toBe('replaced');
    // Nobody has met it.
    expect((await list('nobody')).item_ids.at(-1)).toBe('new');
    expect((await list('hot', '&type=merger&engine=popularity')).item_ids).toEqual(['new']);
    expect((await list('hot', '&type=merger&engine=popularity&exclude=new')).item_ids).toEqual([]);
    expect((await list('hot', '&team_size=..4&engine=popularity')).item_ids).not.toContain('new');
    const similar = (await ask(`${server.url}/api/recommendations/startups/similar-to/new`)).body;
    expect(similar.fallback).toContain('two_tower: the vector of the startup is not computed yet');
    const erased = await ask(`${server.url}/api/items/new`, { method: 'DELETE' });
    expect(erased.body).toMatchObject({ item_id: 'new', erased: true });
    expect((await list('nobody')).item_ids).not.toContain('new');
    expect(await readFile(join(server.folder, 'additions.ndjson'), 'utf8')).not.toContain('new');
    expect((await ask(`${server.url}/api/items/new`, { method: 'DELETE' })).body.erased).toBe(false);
  });

  it('takes a new user for known, by what their fields state until there is a vector', async () => {
    await put({ user_id: 'eve', features: { skills: ['go'] } }, 'user');
    const { engine, reason, item_ids } = await list('eve');
    expect([engine, reason]).toEqual(['content', '0 interactions, fewer than 5']);
    expect(item_ids.length).toBeGreaterThan(0);
    expect((await list('eve', '&engine=two_tower')).fallback).toContain(
      "two_tower: the user's vector is not computed yet",
    );
    expect((await ask(`${server.url}/api/users/eve`, { method: 'DELETE' })).body).toMatchObject({
      user_id: 'eve',
      erased: true,
    });
    expect((await list('eve')).engine).toBe('popularity');
  });

  it.each([
    [
      { item_id: 'x', features: { typ: 'job' } },
      'features: got "typ", which is no field of a startup',
      'Did you mean type?',
    ],
    [
      { item_id: 'x', features: { team_size: { of: 3 } } },
      'features.team_size: got {"of":3}',
      'Change features.team_size',
    ],
    [{ item_id: 'x', features: { team_size: 1e39 } }, 'features.team_size: got 1e+39', 'Change'],
    [{ features: {} }, 'body', 'item_id'],
    [{ item_id: 'i0' }, 'item_id: got "i0", which training has seen', 'train anew'],
    ['[', 'Body is not valid JSON', ''],
  ])('refuses %j', async (body, message, hint) => {
    const { status, text, body: said } = await put(body);
    expect(status, text).toBe(400);
    expect(said.error.code).toBe('INVALID_REQUEST');
    expect(said.error.message).toContain(message);
    expect(`${said.error.message} ${said.error.hint}`).toContain(hint);
  });

  it('counts as refused whatever came and was not kept, of callers who may send it', async () => {
    const refused = [
      ...[
        { item_id: 'x', features: { typ: 'job' } },
        { item_id: 'x', features: { team_size: { of: 3 } } },
      ],
      ...[{ item_id: 'x', embedding: [1] }, { item_id: 'x', extra: 1 }, { item_id: 'i0' }, '[', '"x"'],
      { item_id: 'x', features: { skills: Array(100).fill('y'.repeat(1_000)) } },
    ];
    for (const body of refused) {
      expect((await put(body)).status).not.toBe(200);
    }
    await put({ item_id: 'x' });
    await put({ user_id: 7 }, 'user');
    const { text } = await ask(`${server.url}/metrics`);
    expect(text).toContain(`tt_exp_additions_total{side="item",result="refused"} ${refused.length}`);
    expect(text).toContain('tt_exp_additions_total{side="user",result="refused"} 1');
    expect(text).toContain('tt_exp_additions_total{side="item",result="added"} 1');
  });

  it.each<[boolean, number | null, object, string, string]>([
    [false, 384, { text: 'x' }, 'the data of this model came with embeddings of 384 numbers', 'as `embedding`'],
    [true, null, { embedding: [1] }, 'the text encoder of this model makes those', 'Send the text as `text`.'],
    [false, null, { text: 'x' }, 'has no texts of a startup', 'by its features'],
    [false, null, { embedding: [1] }, 'has none of a startup', 'by its features'],
  ])(
    'says what the model takes (text %s, embedding %s) in place of %j',
    async (takesText, embeddingDim, sent, ...said) => {
      const bundle = await server.openBundle();
      const item = { ...bundle.takes.item, takesText, embeddingDim };
      server.serve({ ...bundle, takes: { ...bundle.takes, item } });
      const { status, body } = await put({ item_id: 'x', ...sent });
      expect([status, body.error.message, body.error.hint]).toEqual([
        400,
        ...said.map((part) => expect.stringContaining(part)),
      ]);
    },
  );

  it('refuses bodies that are too large, and addresses that it does not have', async () => {
    const large = await put({ item_id: 'x', features: { skills: Array(100).fill('y'.repeat(1_000)) } });
    expect(large.status).toBe(413);
    expect(large.body.error.message).toContain('64 KiB');
    expect((await ask(`${server.url}/api/items`)).status).toBe(404);
  });

  it('says that it cannot encode, in readiness and metrics, and tries again', async () => {
    await put({ item_id: 'new' });
    const degraded = await eventually(
      'it says so',
      async () => (await ask(`${server.url}/readyz`)).body.degraded,
      (problems) => problems.length > 0,
    );
    expect(degraded).toEqual([expect.stringContaining("not encoded: files of the bundle's folder are missing")]);
    const { text } = await ask(`${server.url}/metrics`);
    expect(text).toContain('tt_exp_additions{side="item",state="waiting"} 1');
    expect(text).toContain('tt_exp_additions_total{side="item",result="added"} 1');
    expect(text).toContain('tt_exp_problems 1');
  });
});

it('http/addition-routes: needs a key with the scope write, and is not there unless it is chosen', async () => {
  const keys = parseKeyRing(
    'keys',
    JSON.stringify({
      keys: (['read', 'write'] as const).map((scope) => ({
        ...{ name: scope, scopes: [scope] },
        sha256: createHash('sha256').update(`key-to-${scope}`).digest('hex'),
      })),
    }),
  );
  const guarded = await startServing({ encoder: encodingProcess(), keys });
  const statusWith = async (key: string | null): Promise<number> => {
    const headers: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` };
    return (await post(`${guarded.url}/api/users`, { user_id: 'x' }, { headers })).status;
  };
  expect(await statusWith(null)).toBe(401);
  expect(await statusWith('key-to-read')).toBe(403);
  expect(await statusWith('key-to-write')).toBe(200);
  // Of who may not write, nothing is counted.
  const { text } = await ask(`${guarded.url}/metrics`, { headers: { authorization: 'Bearer key-to-read' } });
  expect(text).toContain('tt_exp_additions_total{side="user",result="added"} 1');
  expect(text).not.toContain('result="refused"');
  const plain = await startServing();
  expect((await post(`${plain.url}/api/items`, { item_id: 'x' })).status).toBe(404);
  expect((await ask(`${plain.url}/openapi.json`)).text).not.toContain('/api/items');
  expect((await ask(`${server.url}/openapi.json`)).body.paths['/api/items'].post.requestBody).toBeDefined();
});
