/**
 * The store of text vectors: files that are written once. A segment is a header line in JSON, then the sha256 of each
 * text (32 bytes), then the vectors (little-endian float32). It appears by rename, so there is no half one; several
 * processes may add segments at once.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { namesIn } from '../../host/files/names-in.ts';
import { floatBytes, floatsOf } from '../float-file.ts';
import { writeFileSafely } from '../store/publish-folder.ts';

const SUFFIX = '.vectors';
const DIGEST_BYTES = 32;

export interface Segment {
  /** sha256 of the texts, hex. */
  readonly digests: readonly string[];
  /** [digests.length, dim], row-major. */
  readonly matrix: Float32Array;
}

export const textDigest = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

const checksum = (body: Buffer): string => createHash('sha256').update(body).digest('hex');

export const writeSegment = async (folder: string, { digests, matrix }: Segment): Promise<void> => {
  await mkdir(folder, { recursive: true });
  const body = Buffer.concat([Buffer.from(digests.join(''), 'hex'), floatBytes(matrix)]);
  const header = { count: digests.length, sha256: checksum(body) };
  const name = `${randomUUID()}${SUFFIX}`;
  await writeFileSafely(join(folder, name), Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body]));
};

/** null for a segment that is not as it was written. */
const parseSegment = (bytes: Buffer, dim: number): Segment | null => {
  const end = bytes.indexOf(0x0a);
  const body = bytes.subarray(end + 1);
  let header: unknown;
  try {
    header = JSON.parse(bytes.toString('utf8', 0, Math.max(0, end)));
  } catch {
    return null; // said by the caller, with the file's name
  }
  if (typeof header !== 'object' || header === null || !('count' in header) || !('sha256' in header)) {
    return null;
  }
  const count = Number(header.count);
  const floats = body.subarray(count * DIGEST_BYTES);
  if (floats.byteLength !== count * dim * Float32Array.BYTES_PER_ELEMENT || checksum(body) !== header.sha256) {
    return null;
  }
  const digests = Array.from({ length: count }, (_, row) =>
    body.toString('hex', row * DIGEST_BYTES, (row + 1) * DIGEST_BYTES),
  );
  return { digests, matrix: floatsOf(floats) };
};

/** Every whole segment, in the order of the names; `onBroken` is told of the others. */
export async function* readSegments(
  folder: string,
  dim: number,
  onBroken: (file: string) => void,
): AsyncGenerator<Segment> {
  const names = await namesIn(folder);
  for (const name of names.filter((one) => one.endsWith(SUFFIX)).sort()) {
    const file = join(folder, name);
    const segment = parseSegment(await readFile(file), dim);
    if (segment === null) {
      onBroken(file);
    } else {
      yield segment;
    }
  }
}
