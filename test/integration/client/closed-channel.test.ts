import { once } from 'node:events';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { openTemporalClient } from '../../../client/connection.ts';

const HEADERS = { ':status': 200, 'content-type': 'application/grpc' };

/** What a server answers that is alive: one empty message. */
const answer = (stream: ServerHttp2Stream): void => {
  stream.respond(HEADERS, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(Buffer.alloc(5));
};

test('a call that waits to be tried again ends when its connection is closed', async () => {
  const server = createServer();
  let refuse: () => void = () => {};
  const refused = new Promise<void>((resolve) => {
    refuse = resolve;
  });
  server.on('stream', (stream, headers) => {
    if (headers[':path']?.endsWith('/GetSystemInfo')) {
      answer(stream);
    } else {
      // UNAVAILABLE: the client will ask again after a pause.
      stream.respond({ ...HEADERS, 'grpc-status': '14' }, { endStream: true });
      stream.on('close', refuse);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = await openTemporalClient({ address, namespace: 'default' });
    const described = client.workflow.getHandle('tt-exp/x/0123456789').describe();
    const ended = expect(described).rejects.toMatchObject({ cause: { code: 1, details: 'the connection was closed' } });
    await refused;
    await client.connection.close();
    // Without an answer the retry throws in its timer, and the call never ends.
    await ended;
  } finally {
    server.close();
  }
});
