import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createListClient, type ListClient, WrongAnswer } from '../../../compute/blessing/ask-server.ts';

const clientOfServer = async (answer: RequestListener): Promise<ListClient> => {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const nouns = { user: 'developer', users: 'developers', item: 'startup', items: 'startups' };
  const { signal } = new AbortController();
  return createListClient(`http://127.0.0.1:${port}`, nouns, { signal, alive: () => undefined });
};

/** Of a server that says the same to everybody. */
const clientOf = (status: number, text: string): Promise<ListClient> =>
  clientOfServer((_, response) => response.writeHead(status).end(text));

describe('compute/ask-server', () => {
  it('gives the lists of a batch in the order of the users', async () => {
    const results = [
      { item_ids: ['a'], engine: 'two_tower' },
      { item_ids: [], engine: 'content' },
    ];
    expect(await (await clientOf(200, JSON.stringify({ results }))).lists(['u', 'v'], null)).toEqual(results);
  });

  it.each([
    [200, 'hello', 'the server answers 200 with what is no JSON object: hello'],
    [200, 'null', 'the server answers 200 with what is no JSON object: null'],
    [200, '{}', 'the server answers no lists for 1 users'],
    [200, '{"results":[]}', 'the server answers 0 lists for 1 users'],
    [404, '{"error":{}}', 'the server answers 404: {"error":{}}'],
  ])('blames the bundle for %i %s', async (status, text, message) => {
    const asked = (await clientOf(status, text)).lists(['u'], null);
    await expect(asked).rejects.toThrow(new WrongAnswer(message));
    await expect(asked).rejects.toBeInstanceOf(WrongAnswer);
  });

  const ended: readonly [string, RequestListener][] = [
    ['before it answers', ({ socket }) => socket.destroy()],
    [
      'amid its answer',
      ({ socket }, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('{"results":', () => socket.destroy());
      },
    ],
  ];

  it.each(ended)('does not blame the bundle for a server that ends %s', async (_, answer) => {
    await expect((await clientOfServer(answer)).lists(['u'], null)).rejects.toMatchObject({
      code: 'SERVICE_UNREACHABLE',
      message: expect.stringContaining('server of the bundle: no answer'),
    });
  });
});
