/** Opens the connection to Temporal that the client uses. */
import { Client, Connection } from '@temporalio/client';
import { RETRIES } from './closed-channel.ts';
import { explainConnection } from './explain-connection.ts';
import { DATA_CONVERTER } from './payload-codec.ts';
import type { TemporalTarget } from './temporal-target.ts';

const CONNECT_TIMEOUT_MS = 10_000;

const tlsOptions = ({ authority, serverName, client }: NonNullable<TemporalTarget['tls']>) => ({
  ...(authority === undefined ? {} : { serverRootCACertificate: authority }),
  ...(serverName === undefined ? {} : { serverNameOverride: serverName }),
  ...(client === undefined ? {} : { clientCertPair: { crt: client.certificate, key: client.key } }),
});

/** Options of a Temporal connection, the same for clients and workers. */
export const connectionOptions = (target: TemporalTarget) => ({
  address: target.address,
  ...(target.apiKey === undefined ? {} : { apiKey: target.apiKey }),
  ...(target.tls === undefined ? {} : { tls: tlsOptions(target.tls) }),
});

/** Whoever opens the client closes it: `client.connection.close()`. Throws SERVICE_UNREACHABLE, ENVIRONMENT_INVALID. */
export const openTemporalClient = async (target: TemporalTarget): Promise<Client> => {
  try {
    const connection = await Connection.connect({
      ...connectionOptions(target),
      interceptors: [...RETRIES],
      connectTimeout: CONNECT_TIMEOUT_MS,
    });
    return new Client({ connection, namespace: target.namespace, dataConverter: DATA_CONVERTER });
  } catch (cause) {
    throw await explainConnection(target, cause);
  }
};
