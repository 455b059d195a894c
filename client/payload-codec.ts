/** Packs large messages to and from Temporal, which takes 2 MB a message: the state of thousands of trials is more. */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { DataConverter } from '@temporalio/client';
import type { Payload, PayloadCodec } from '@temporalio/common';

/** Smaller ones stay readable in Temporal's web interface. */
const LARGEST_PLAIN_BYTES = 64 * 1024;

const ENCODING = 'encoding';
const PACKED = Buffer.from('binary/tt-gzip');
const ORIGINAL_ENCODING = 'tt-original-encoding';

const pack = promisify(gzip);
const unpack = promisify(gunzip);

const encode = async (payload: Payload): Promise<Payload> => {
  const { data, metadata } = payload;
  const original = metadata?.[ENCODING];
  // Empty data come as a plain array: it has a length, and no byteLength.
  if (data == null || original === undefined || data.length <= LARGEST_PLAIN_BYTES) {
    return payload;
  }
  return {
    ...payload,
    metadata: { ...metadata, [ENCODING]: PACKED, [ORIGINAL_ENCODING]: original },
    data: await pack(data),
  };
};

const decode = async (payload: Payload): Promise<Payload> => {
  const { data, metadata } = payload;
  const { [ORIGINAL_ENCODING]: original, ...rest } = metadata ?? {};
  if (data == null || original === undefined || !PACKED.equals(rest[ENCODING] ?? PACKED.subarray(0, 0))) {
    return payload;
  }
  return { ...payload, metadata: { ...rest, [ENCODING]: original }, data: await unpack(data) };
};

export const gzipCodec: PayloadCodec = {
  encode: (payloads) => Promise.all(payloads.map(encode)),
  decode: (payloads) => Promise.all(payloads.map(decode)),
};

/** For every client and worker: one without it can't read what the others have packed. */
export const DATA_CONVERTER: DataConverter = { payloadCodecs: [gzipCodec] };
