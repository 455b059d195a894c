/** From the environment to the Temporal server to connect to. */
import { createSecureContext } from 'node:tls';
import type { Environment } from '../config/env.ts';
import { readPem } from '../config/read-pem.ts';
import { TtExpError } from '../contracts/errors.ts';
import type { TemporalTarget } from './temporal-target.ts';

/** Throws ENVIRONMENT_INVALID for a key that is not the certificate's. */
const readPair = (certificateFile: string, keyFile: string) => {
  const certificate = readPem('TEMPORAL_TLS_CERT', certificateFile);
  const key = readPem('TEMPORAL_TLS_KEY', keyFile);
  try {
    createSecureContext({ cert: certificate, key });
  } catch (cause) {
    throw new TtExpError(
      'ENVIRONMENT_INVALID',
      `TEMPORAL_TLS_CERT and TEMPORAL_TLS_KEY: got ${cause instanceof Error ? cause.message : cause}, expected a certificate and the key that belongs to it`,
      { hint: 'Correct TEMPORAL_TLS_CERT and TEMPORAL_TLS_KEY; the key must not have a pass phrase.', cause },
    );
  }
  return { certificate, key };
};

const tlsOf = ({ caFile, serverName, certificateFile, keyFile }: Environment['temporal']): TemporalTarget['tls'] => ({
  ...(caFile === undefined ? {} : { authority: readPem('TEMPORAL_TLS_CA', caFile) }),
  ...(serverName === undefined ? {} : { serverName }),
  ...(certificateFile === undefined || keyFile === undefined ? {} : { client: readPair(certificateFile, keyFile) }),
});

/** Throws SERVICE_UNREACHABLE without an address: a worker never guesses one. ENVIRONMENT_INVALID for a file. */
export const temporalTarget = ({ temporal }: Environment, embeddedAddress?: string): TemporalTarget => {
  const address = temporal.address ?? embeddedAddress;
  if (address === undefined) {
    throw new TtExpError('SERVICE_UNREACHABLE', 'Temporal: TEMPORAL_ADDRESS is not set', {
      hint: 'Set TEMPORAL_ADDRESS=host:port, or let `tt-exp up` start the embedded server and workers.',
    });
  }
  if (temporal.address === undefined) {
    // TLS and credentials of an outside server have no business with the embedded one.
    return { address, namespace: temporal.namespace };
  }
  const tls = temporal.isTls ? tlsOf(temporal) : undefined;
  return {
    address,
    namespace: temporal.namespace,
    ...(temporal.apiKey === undefined ? {} : { apiKey: temporal.apiKey }),
    ...(tls === undefined ? {} : { tls }),
  };
};
