import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { canonicalJson } from '../../contracts/canonical-json.ts';

export interface FileDigest {
  readonly sha256: string;
  readonly bytes: number;
}

export const digestFile = async (file: string): Promise<FileDigest> => {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(createReadStream(file), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  });
  return { sha256: hash.digest('hex'), bytes };
};

/** SHA-256, in hex. */
export const digestText = (text: string): string => createHash('sha256').update(text).digest('hex');

/** 16 hex digits of the digest of a value: the name of what the value describes. */
export const shortDigest = (value: unknown): string =>
  createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 16);
