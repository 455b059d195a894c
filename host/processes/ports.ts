import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { TtExpError } from '../../contracts/errors.ts';

export const LOOPBACK = '127.0.0.1';

// Below the range from which systems draw the ports of outgoing connections, so that a restart finds its port free.
const FIRST_PORT = 20_000;
const PORT_COUNT = 12_000;
const MOST_TRIES = 500;

const isPortFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => server.close(() => resolve(true)));
  });

export interface PortRequest {
  /** Same seed, same first candidate: one home keeps its addresses. */
  readonly seed: string;
  readonly names: readonly string[];
  /** Ports of the last start; kept where they are still free. */
  readonly recorded: Readonly<Record<string, number>>;
  /** Ports that other services of this home count on. */
  readonly reserved: ReadonlySet<number>;
}

/** A free port on 127.0.0.1 for each name. Somebody may take one before it is used: then starting fails and is retried. */
export const choosePorts = async (request: PortRequest): Promise<Readonly<Record<string, number>>> => {
  const chosen: Record<string, number> = {};
  for (const name of request.names) {
    const taken = new Set([...request.reserved, ...Object.values(chosen)]);
    const recorded = request.recorded[name];
    chosen[name] =
      recorded !== undefined && (await isPortFree(recorded))
        ? recorded
        : await findPort(`${request.seed}/${name}`, taken);
  }
  return chosen;
};

const findPort = async (seed: string, taken: ReadonlySet<number>): Promise<number> => {
  const start = createHash('sha256').update(seed).digest().readUInt32BE(0) % PORT_COUNT;
  for (let step = 0; step < MOST_TRIES; step++) {
    const port = FIRST_PORT + ((start + step) % PORT_COUNT);
    if (!taken.has(port) && (await isPortFree(port))) {
      return port;
    }
  }
  throw new TtExpError(
    'SERVICE_START_FAILED',
    `${seed}: no free port on ${LOOPBACK} in ${MOST_TRIES} tries from ${FIRST_PORT + start}`,
    { hint: 'Stop programs that listen on many ports, or allow listening on 127.0.0.1.' },
  );
};
