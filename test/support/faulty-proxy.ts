/** A proxy before an HTTP server that fails on demand, before or after the server has done what was asked for. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRng } from '../../policy/rng.ts';

/** What passes: another try of the same request may succeed. */
export const FAULTS = [
  'status 500',
  'status 429',
  'slow',
  'reset',
  /** The server does what it was asked for, and nobody hears of it. */
  'lost answer',
  /** Half of the answer's body; what its headers say of its length stays. */
  'cut',
] as const;
export type PassingFault = (typeof FAULTS)[number];

/** What lasts: somebody between the client and the server who answers in its place, or loses what is sent. */
export const LASTING_FAULTS = [
  /** Half of the answer's body, with no word of its length: only who knows what to expect can tell. */
  'cut in silence',
  'redirect',
  'login page',
  'page not found',
  /** The server gets the request without its body. */
  'lost body',
] as const;
export type Fault = PassingFault | (typeof LASTING_FAULTS)[number];

type FaultOf = (path: string) => Fault | null | Promise<Fault | null>;

export interface FaultyProxy {
  readonly url: string;
  /** Asked for each request, by its path with the query; null passes it on. The request waits for the answer. */
  setFaults(faultOf: FaultOf): void;
  /** Requests that met a fault so far. */
  readonly faults: Readonly<Record<Fault, number>>;
  stop(): Promise<void>;
}

const SLOW_MS = 2_000;

const readBody = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
};

const refuse = (response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void => {
  response.writeHead(status, { 'content-type': 'text/html', ...headers }).end('<html>not now</html>');
};

const sendHalf = async (answer: IncomingMessage, response: ServerResponse, isSilent: boolean): Promise<void> => {
  const body = await readBody(answer);
  const half = body.subarray(0, Math.floor(body.length / 2));
  const { 'content-length': _length, 'transfer-encoding': _encoding, ...headers } = answer.headers;
  if (isSilent) {
    // Neither a length nor chunks: the end of the connection is the end of the body.
    response.useChunkedEncodingByDefault = false;
    response.writeHead(answer.statusCode ?? 502, { ...headers, connection: 'close' }).end(half);
  } else {
    response.writeHead(answer.statusCode ?? 502, { ...headers, 'content-length': String(body.length) });
    response.write(half, () => response.destroy());
  }
};

export const startFaultyProxy = async (target: string): Promise<FaultyProxy> => {
  let faultOf: FaultOf = () => null;
  const faults = Object.fromEntries([...FAULTS, ...LASTING_FAULTS].map((fault) => [fault, 0])) as Record<Fault, number>;

  const forward = (incoming: IncomingMessage, response: ServerResponse, body: Buffer, fault: Fault | null): void => {
    const { host: _host, connection: _connection, ...headers } = incoming.headers;
    const outgoing = request(new URL(incoming.url ?? '/', target), { method: incoming.method, headers }, (answer) => {
      if (fault === 'lost answer') {
        answer.resume().once('end', () => response.destroy());
        return;
      }
      if (fault === 'cut' || fault === 'cut in silence') {
        void sendHalf(answer, response, fault === 'cut in silence').catch(() => response.destroy());
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.once('error', () => response.destroy());
    outgoing.end(body);
  };

  const server = createServer((incoming, response) => {
    void Promise.all([readBody(incoming), faultOf(incoming.url ?? '/')]).then(
      ([body, fault]) => {
        if (fault !== null) {
          faults[fault] += 1;
        }
        switch (fault) {
          case 'status 500':
            return refuse(response, 500);
          case 'status 429':
            return refuse(response, 429);
          case 'redirect':
            return refuse(response, 302, { location: 'https://login.example/start?from=/secret' });
          case 'login page':
            return refuse(response, 200);
          case 'page not found':
            return refuse(response, 404);
          case 'lost body': {
            incoming.headers['content-length'] = '0';
            return forward(incoming, response, Buffer.alloc(0), fault);
          }
          case 'reset':
            return void response.destroy();
          case 'slow':
            return void setTimeout(() => forward(incoming, response, body, fault), SLOW_MS);
          default:
            return forward(incoming, response, body, fault);
        }
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    setFaults: (chosen) => {
      faultOf = chosen;
    },
    faults,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** Some requests pass, then some meet a fault, each kind in its turn: a retry meets three faults in a row at most. */
export const faultsInBursts = (seed: number): (() => Fault | null) => {
  const rng = createRng(seed);
  let kinds: PassingFault[] = [];
  let current: Fault | null = null;
  let left = 0;
  return () => {
    if (left === 0 && current === null) {
      kinds = kinds.length === 0 ? [...FAULTS] : kinds;
      current = kinds.splice(rng.below(kinds.length), 1)[0] ?? null;
      left = 1 + rng.below(3);
    } else if (left === 0) {
      current = null;
      left = 2 + rng.below(5);
    }
    left -= 1;
    return current;
  };
};
