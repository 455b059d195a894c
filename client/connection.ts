/** Opens the connection to Temporal that the client uses. */
import { Client, Connection } from '@temporalio/client';
import { TtExpError } from '../contracts/errors.ts';
import { RETRIES } from './closed-channel.ts';
import { DATA_CONVERTER } from './payload-codec.ts';

export interface TemporalTarget {
  /** host:port */
  readonly address: string;
  readonly namespace: string;
  readonly apiKey?: string;
  /** true: TLS with the system's certificates; with `certificate` and `key` (PEM) mutual TLS. */
  readonly tls?: boolean | { readonly certificate: Buffer; readonly key: Buffer };
}

const CONNECT_TIMEOUT_MS = 10_000;

/** Options of a Temporal connection, the same for clients and workers. */
export const connectionOptions = (target: TemporalTarget) => ({
  address: target.address,
  ...(target.apiKey === undefined ? {} : { apiKey: target.apiKey }),
  ...(target.tls === undefined
    ? {}
    : {
        tls:
          typeof target.tls === 'boolean'
            ? target.tls
            : { clientCertPair: { crt: target.tls.certificate, key: target.tls.key } },
      }),
});

/** Whoever opens the client closes it: `client.connection.close()`. Throws SERVICE_UNREACHABLE. */
export const openTemporalClient = async (target: TemporalTarget): Promise<Client> => {
  try {
    const connection = await Connection.connect({
      ...connectionOptions(target),
      interceptors: [...RETRIES],
      connectTimeout: CONNECT_TIMEOUT_MS,
    });
    return new Client({ connection, namespace: target.namespace, dataConverter: DATA_CONVERTER });
  } catch (cause) {
    throw new TtExpError(
      'SERVICE_UNREACHABLE',
      `Temporal: got no connection to ${target.address}, expected a server there`,
      { hint: 'Start it with `tt-exp up`, or correct TEMPORAL_ADDRESS.', cause },
    );
  }
};
