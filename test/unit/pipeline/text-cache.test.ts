import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { embedTexts, vectorFolder } from '../../../pipeline/text/embedding-cache.ts';
import { createHashedEncoder } from '../../../pipeline/text/hashed-ngrams.ts';
import type { TextEncoder } from '../../../pipeline/text/text-encoder.ts';
import { withFolder } from '../../support/make-folder.ts';

const TEXTS = Array.from({ length: 10 }, (_, index) => `text number ${index}`);

/** The hashed encoder, counting what it is asked for. */
const counting = (): TextEncoder & { readonly asked: string[] } => {
  const encoder = createHashedEncoder(16);
  const asked: string[] = [];
  return {
    ...encoder,
    asked,
    encode: (texts) => {
      asked.push(...texts);
      return encoder.encode(texts);
    },
  };
};

const request = (folder: string, encoder: TextEncoder, texts: readonly string[] = TEXTS) => ({
  folder,
  encoder,
  texts,
  log: () => undefined,
  textsPerSegment: 4,
});

describe('pipeline/text/embedding-cache', () => {
  it('pipeline/text/embedding-cache: encodes every text once, also across calls', () =>
    withFolder(async (folder) => {
      const encoder = counting();
      const first = await embedTexts(request(folder, encoder, TEXTS.slice(0, 6)));
      expect([first.computed, first.cached]).toEqual([6, 0]);
      const second = await embedTexts(request(folder, encoder));
      expect([second.computed, second.cached]).toEqual([4, 6]);
      expect(encoder.asked).toEqual(TEXTS);
      const alone = await createHashedEncoder(16).encode(['text number 3']);
      expect([...(second.vectorOf('text number 3') ?? [])]).toEqual([...alone]);
      expect(second.vectorOf('never asked for')).toBeNull();
    }));

  it('pipeline/text/embedding-cache: an abort keeps whole segments, and the next call goes on from there', () =>
    withFolder(async (folder) => {
      const encoder = counting();
      const stop = new AbortController();
      const stopped = embedTexts({
        ...request(folder, encoder),
        signal: stop.signal,
        progress: ({ done }) => {
          if (done === 4) {
            stop.abort();
          }
        },
      });
      await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED', message: expect.stringContaining('4 of 10') });
      const resumed = await embedTexts(request(folder, encoder));
      expect([resumed.computed, resumed.cached]).toEqual([6, 4]);
      expect(encoder.asked).toEqual(TEXTS);
    }));

  it('pipeline/text/embedding-cache: what a killed process left half written is not read', () =>
    withFolder(async (folder) => {
      const encoder = counting();
      await embedTexts(request(folder, encoder));
      const store = vectorFolder(folder, encoder);
      const [name = ''] = await readdir(store);
      await writeFile(join(store, 'half.vectors.tmp'), (await readFile(join(store, name))).subarray(0, 50));
      expect((await embedTexts(request(folder, encoder))).computed).toBe(0);
    }));

  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 7)],
    ['changed', (bytes: Buffer) => Buffer.concat([bytes.subarray(0, bytes.length - 1), Buffer.from([1])])],
    ['without a header', () => Buffer.from('{')],
  ])('pipeline/text/embedding-cache: a segment that is %s is reported and its texts are encoded again', (_, damage) =>
    withFolder(async (folder) => {
      const encoder = counting();
      await embedTexts(request(folder, encoder));
      const store = vectorFolder(folder, encoder);
      const file = join(store, (await readdir(store))[0] ?? '');
      await writeFile(file, damage(await readFile(file)));
      const log: string[] = [];
      const again = await embedTexts({
        ...request(folder, encoder),
        log: (level, message) => log.push(`${level} ${message}`),
      });
      expect(again.computed).toBeGreaterThan(0);
      expect(log).toEqual([`warn ${file} is damaged: its texts are encoded again`]);
      const whole = await createHashedEncoder(16).encode(TEXTS);
      TEXTS.forEach((text, row) => {
        expect([...(again.vectorOf(text) ?? [])]).toEqual([...whole.slice(row * 16, (row + 1) * 16)]);
      });
    }),
  );

  it('pipeline/text/embedding-cache: encoders do not share vectors, two callers at once do no harm', () =>
    withFolder(async (folder) => {
      const [one, other] = [counting(), counting()];
      await Promise.all([embedTexts(request(folder, one)), embedTexts(request(folder, other))]);
      expect((await embedTexts(request(folder, counting()))).cached).toBe(10);
      const wider = { ...createHashedEncoder(32) };
      expect((await embedTexts(request(folder, wider))).computed).toBe(10);
    }));
});
