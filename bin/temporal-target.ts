/** From the environment to the Temporal server to connect to. */
import { readFile } from 'node:fs/promises';
import type { TemporalTarget } from '../client/connection.ts';
import type { Environment } from '../config/env.ts';
import { TtExpError } from '../contracts/errors.ts';

/** Throws SERVICE_UNREACHABLE without an address: a worker never guesses one. */
export const temporalTarget = async ({ temporal }: Environment, embeddedAddress?: string): Promise<TemporalTarget> => {
  const address = temporal.address ?? embeddedAddress;
  if (address === undefined) {
    throw new TtExpError('SERVICE_UNREACHABLE', 'Temporal: got no address, expected TEMPORAL_ADDRESS', {
      hint: 'Set TEMPORAL_ADDRESS=host:port, or let `tt-exp up` start the embedded server and workers.',
    });
  }
  const { certificateFile, keyFile } = temporal;
  const tls =
    certificateFile !== undefined && keyFile !== undefined
      ? { certificate: await readFile(certificateFile), key: await readFile(keyFile) }
      : temporal.isTls;
  return {
    address,
    namespace: temporal.namespace,
    ...(temporal.apiKey === undefined ? {} : { apiKey: temporal.apiKey }),
    ...(tls === false ? {} : { tls }),
  };
};
