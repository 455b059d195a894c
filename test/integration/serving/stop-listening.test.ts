/** What becomes of connections that clients have opened and nobody has accepted when a server ends. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { stopListening } from '../../../serving/http/stop-listening.ts';

const listening = async (): Promise<{ readonly server: Server; readonly port: number }> => {
  const server = createServer((_, response) => response.setHeader('connection', 'close').end('answered'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 };
};

const sendOn = (socket: Socket): void => {
  socket.write('GET / HTTP/1.1\r\nhost: here\r\n\r\n');
};

/** Everything that came, or the code of the error. */
const outcomeOf = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    socket.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    socket.once('end', () => resolve(text));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  });

describe('serving/http/stop-listening', () => {
  it('answers connections that were not accepted yet, and takes no other one afterwards', async () => {
    const { server, port } = await listening();
    const outcomes = Array.from({ length: 60 }, () => {
      const socket = connect(port, '127.0.0.1');
      sendOn(socket);
      return outcomeOf(socket);
    });
    await stopListening(server);
    const answers = await Promise.all(outcomes);
    expect(answers.filter((text) => text.startsWith('HTTP/1.1 200') && text.includes('answered'))).toHaveLength(60);
    expect(await outcomeOf(connect(port, '127.0.0.1'))).toBe('ECONNREFUSED');
  });

  it('waits for requests that arrive late, and outlives clients that leave', async () => {
    const { server, port } = await listening();
    const late = connect(port, '127.0.0.1');
    const leaving = Array.from({ length: 10 }, () =>
      connect(port, '127.0.0.1').once('connect', function (this: Socket) {
        this.resetAndDestroy();
      }),
    );
    let isStopped = false;
    const stopped = stopListening(server).then(() => {
      isStopped = true;
    });
    await Promise.all(leaving.map((socket) => once(socket, 'close')));
    await setTimeout(20);
    expect(isStopped).toBe(false);
    sendOn(late);
    expect(await outcomeOf(late)).toContain('answered');
    await stopped;
  });

  it('ends where nothing has begun to listen', async () => {
    await expect(stopListening(createServer())).resolves.toBeUndefined();
  });
});
