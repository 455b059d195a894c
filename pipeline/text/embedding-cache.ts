/** Every text is encoded once: known vectors come from the store, new ones go there in segments, so a kill costs one. */

import { join } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import type { Log } from '../../contracts/log.ts';
import type { CountSink } from '../../contracts/work-count.ts';
import type { TextEncoder } from './text-encoder.ts';
import { readSegments, textDigest, writeSegment } from './vector-segments.ts';

const TEXTS_PER_SEGMENT = 512;

export interface EmbedTextsRequest {
  /** Store of all encoders; each has a folder of its own in it. */
  readonly folder: string;
  readonly encoder: TextEncoder;
  /** Distinct texts. */
  readonly texts: readonly string[];
  readonly log: Log;
  /** Texts done, of which `cached` were known. */
  readonly progress?: CountSink;
  readonly signal?: AbortSignal;
  readonly textsPerSegment?: number;
}

export interface EmbeddedTexts {
  readonly computed: number;
  readonly cached: number;
  /** null for a text that was not asked for. */
  vectorOf(text: string): Float32Array | null;
}

export const vectorFolder = (folder: string, encoder: Pick<TextEncoder, 'id'>): string =>
  join(folder, encoder.id.replaceAll(/[^A-Za-z0-9._-]/g, '_'));

const readKnown = async (request: EmbedTextsRequest, wanted: ReadonlySet<string>) => {
  const { encoder, log } = request;
  const vectors = new Map<string, Float32Array>();
  const onBroken = (file: string): void => {
    log('warn', `${file} is damaged: its texts are encoded again`);
  };
  for await (const { digests, matrix } of readSegments(vectorFolder(request.folder, encoder), encoder.dim, onBroken)) {
    digests.forEach((digest, row) => {
      if (wanted.has(digest)) {
        vectors.set(digest, matrix.subarray(row * encoder.dim, (row + 1) * encoder.dim));
      }
    });
  }
  return vectors;
};

/** Goes on where an interrupted call ended. Throws INTERRUPTED when the signal aborts; what was done is kept. */
export const embedTexts = async (request: EmbedTextsRequest): Promise<EmbeddedTexts> => {
  const { encoder, texts, progress, signal, textsPerSegment = TEXTS_PER_SEGMENT } = request;
  const digestOf = new Map(texts.map((text) => [text, textDigest(text)]));
  const vectors = await readKnown(request, new Set(digestOf.values()));
  const missing = [...digestOf].filter(([, digest]) => !vectors.has(digest));
  const cached = digestOf.size - missing.length;
  const tell = (done: number): void => progress?.({ done, total: digestOf.size, unit: 'texts', cached });
  tell(cached);
  for (let from = 0; from < missing.length; from += textsPerSegment) {
    if (signal?.aborted === true) {
      throw new TtExpError('INTERRUPTED', `embedding: stopped after ${cached + from} of ${digestOf.size} texts`, {
        hint: 'Run the same command again: it resumes from there.',
      });
    }
    const part = missing.slice(from, from + textsPerSegment);
    const matrix = await encoder.encode(part.map(([text]) => text));
    const digests = part.map(([, digest]) => digest);
    await writeSegment(vectorFolder(request.folder, encoder), { digests, matrix });
    digests.forEach((digest, row) => {
      vectors.set(digest, matrix.subarray(row * encoder.dim, (row + 1) * encoder.dim));
    });
    tell(cached + from + part.length);
  }
  return {
    computed: missing.length,
    cached,
    vectorOf: (text) => vectors.get(digestOf.get(text) ?? '') ?? null,
  };
};
