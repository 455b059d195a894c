/**
 * Why there is no connection to Temporal. Neither SDK says: the client only runs out of time, the worker repeats a
 * library's words. So the same address is asked once more, as plainly as can be: TCP, TLS, and whether HTTP/2 answers.
 */
import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { TtExpError } from '../contracts/errors.ts';
import { type TlsProblem, tlsProblem } from '../contracts/tls-problem.ts';
import type { TemporalTarget } from './temporal-target.ts';

const TIMEOUT_MS = 5_000;

/** What an HTTP/2 client says first: the preface and empty settings. Every server answers with its own settings. */
const PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);
const SETTINGS_FRAME = 4;

interface Finding {
  /** Whether the settings of this process must change, or the server. */
  readonly isOurs: boolean;
  readonly what: string;
  readonly hint: string;
}

const ofTls: Readonly<Record<TlsProblem, Finding>> = {
  'unknown authority': {
    isOurs: true,
    what: 'its certificate is signed by an authority that is not known here',
    hint: 'Name the file with the certificate of that authority (PEM) in TEMPORAL_TLS_CA.',
  },
  'other name': {
    isOurs: true,
    what: 'its certificate is for another name',
    hint: 'Correct the host in TEMPORAL_ADDRESS, or give the name in the certificate as TEMPORAL_TLS_SERVER_NAME.',
  },
  'bad certificate': {
    isOurs: false,
    what: 'its certificate is not valid',
    hint: 'Whoever runs the server must renew its certificate; the clocks of both hosts must be right.',
  },
  'no TLS': {
    isOurs: true,
    what: 'it does not speak TLS',
    hint: 'Unset TEMPORAL_TLS, TEMPORAL_TLS_* and TEMPORAL_API_KEY, or correct the port in TEMPORAL_ADDRESS.',
  },
  'client refused': {
    isOurs: true,
    what: 'it refuses the certificate of this client, or wants one',
    hint: 'Name a certificate that the server accepts, and its key, in TEMPORAL_TLS_CERT and TEMPORAL_TLS_KEY.',
  },
};

const NEEDS_TLS: Finding = {
  isOurs: true,
  what: 'it speaks TLS only',
  hint: 'Set TEMPORAL_TLS=true, and TEMPORAL_TLS_CA if the system does not know the authority that signed its certificate.',
};

const START_HINT = 'Start it with `tt-exp up`, or correct TEMPORAL_ADDRESS.';

const saying = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === undefined || message.includes(code) ? message : `${code}: ${message}`;
};

const place = ({ address }: TemporalTarget): { readonly host: string; readonly port: number } => {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(address.slice(colon + 1)) };
};

const openTls = (target: TemporalTarget, isVerified: boolean): TLSSocket => {
  const { host, port } = place(target);
  const { authority, serverName, client } = target.tls ?? {};
  const name = serverName ?? (isIP(host) === 0 ? host : undefined);
  return connectTls({
    host,
    port,
    ALPNProtocols: ['h2'],
    rejectUnauthorized: isVerified,
    ...(name === undefined ? {} : { servername: name }),
    ...(authority === undefined ? {} : { ca: authority }),
    ...(client === undefined ? {} : { cert: client.certificate, key: client.key }),
  });
};

/** The first bytes of an answer; none where the other side closes without a word. Throws what the socket throws. */
const firstBytes = async (socket: Socket, ready: 'connect' | 'secureConnect'): Promise<Buffer> => {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    await once(socket, ready, { signal });
    socket.write(PREFACE);
    const closed = once(socket, 'close', { signal }).then(() => [Buffer.alloc(0)]);
    const [bytes] = await Promise.race([once(socket, 'data', { signal }), closed]);
    return bytes as Buffer;
  } finally {
    socket.on('error', () => undefined);
    socket.destroy();
  }
};

const speaksTls = async (target: TemporalTarget): Promise<boolean> => {
  try {
    await firstBytes(openTls(target, false), 'secureConnect');
    return true;
  } catch (error) {
    return tlsProblem(error) === 'client refused';
  }
};

/** UNAUTHENTICATED and PERMISSION_DENIED of gRPC. */
const isRefused = (cause: unknown): boolean =>
  cause instanceof Error &&
  (('code' in cause && (cause.code === 16 || cause.code === 7)) ||
    /unauthenticated|permission ?denied/i.test(cause.message));

const ofAnswer = (bytes: Buffer, isTls: boolean, cause: unknown): Finding => {
  if (isTls && bytes.length === 0) {
    // A server need not say why it refuses a certificate.
    const { what, ...finding } = ofTls['client refused'];
    return { ...finding, what: `${what} (it closed the connection without an answer)` };
  }
  if (bytes[3] !== SETTINGS_FRAME) {
    return { isOurs: false, what: 'the server there is not a Temporal server', hint: START_HINT };
  }
  return isRefused(cause)
    ? {
        isOurs: true,
        what: `it refuses the credentials (${saying(cause)})`,
        hint: 'Correct TEMPORAL_API_KEY, or the client certificate, and TEMPORAL_NAMESPACE.',
      }
    : { isOurs: false, what: `it answers, but serves no call (${saying(cause)})`, hint: 'Look at its log.' };
};

const find = async (target: TemporalTarget, cause: unknown): Promise<Finding> => {
  const isTls = target.tls !== undefined;
  try {
    const socket = isTls ? openTls(target, true) : connectTcp(place(target));
    const bytes = await firstBytes(socket, isTls ? 'secureConnect' : 'connect');
    return !isTls && bytes[3] !== SETTINGS_FRAME && (await speaksTls(target))
      ? NEEDS_TLS
      : ofAnswer(bytes, isTls, cause);
  } catch (error) {
    const problem = isTls ? tlsProblem(error) : null;
    if (problem !== null) {
      return { ...ofTls[problem], what: `${ofTls[problem].what} (${saying(error)})` };
    }
    const isThere = (error as NodeJS.ErrnoException).code !== 'ECONNREFUSED';
    return !isTls && isThere && (await speaksTls(target))
      ? NEEDS_TLS
      : { isOurs: false, what: `cannot be reached (${saying(error)})`, hint: START_HINT };
  }
};

/** The error for a connection that failed with `cause`: ENVIRONMENT_INVALID or SERVICE_UNREACHABLE. */
export const explainConnection = async (target: TemporalTarget, cause: unknown): Promise<TtExpError> => {
  const { isOurs, what, hint } = await find(target, cause);
  const code = isOurs ? 'ENVIRONMENT_INVALID' : 'SERVICE_UNREACHABLE';
  return new TtExpError(code, `Temporal at ${target.address}: ${what}`, { hint, cause });
};
