import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveTextEncoder, type ServiceTextEncoder } from '../../../services/text-encoder/index.ts';
import { newCache, request, shared } from './place.ts';

let minilm: ServiceTextEncoder;
let minilmFolder: string;
let cache: string;

beforeAll(async () => {
  const parts = await shared();
  minilmFolder = parts.minilm.folder;
  cache = await newCache(parts);
  const { encoder } = await resolveTextEncoder(request('minilm'));
  if (encoder === null) {
    throw new Error('minilm gave no encoder');
  }
  minilm = encoder;
}, 600_000);

afterAll(() => minilm?.close());

const rowsOf = async (texts: readonly string[]): Promise<readonly Float32Array[]> => {
  const vectors = await minilm.encode(texts);
  expect(vectors).toHaveLength(texts.length * minilm.dim);
  return texts.map((_, row) => vectors.subarray(row * minilm.dim, (row + 1) * minilm.dim));
};

const NONE = new Float32Array(0);

const dot = (one: Float32Array = NONE, other: Float32Array = NONE): number => {
  expect(one).toHaveLength(other.length);
  return one.reduce((sum, value, at) => sum + value * (other[at] ?? Number.NaN), 0);
};

const largestDifference = (one: Float32Array = NONE, other: Float32Array = NONE): number => {
  expect([one.length, other.length]).toEqual([minilm.dim, minilm.dim]);
  return one.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] ?? Number.NaN))), 0);
};

describe('services/text-encoder with the real MiniLM', () => {
  it('services/text-encoder/minilm-model: it is the same model on every machine', () => {
    expect(minilm).toMatchObject({ id: 'minilm-l6-v2/782b0929', dim: 384 });
  });

  it("services/text-encoder/onnx-encoder: similarities are those that the model's authors publish", async () => {
    const [person, dog, very, sunny] = await rowsOf([
      'That is a happy person',
      'That is a happy dog',
      'That is a very happy person',
      'Today is a sunny day',
    ]);
    expect(dot(person, dog)).toBeCloseTo(0.695, 3);
    expect(dot(person, very)).toBeCloseTo(0.943, 3);
    expect(dot(person, sunny)).toBeCloseTo(0.257, 3);
  });

  // First numbers of the vectors, computed with Python's `tokenizers` 0.23.3 and `onnxruntime` 1.30.0.
  it.each([
    [
      'accents, Chinese, emoji and ligatures',
      'Ünïcödé Straße 東京 🙂 naïve café ﬁ',
      [0.068039, 0.017266, 0.027009, -0.039864],
    ],
    ['punctuation', "don't stop-believin' $3.50 #1", [-0.05193, -0.027618, 0.073813, -0.034224]],
    ['other scripts', 'ಕನ್ನಡ हिन्दी العربية עברית', [0.011725, 0.062093, 0.037813, -0.007677]],
    ['the empty text', '', [-0.118838, 0.048299, -0.002548, -0.011011]],
    ['control characters', 'a\u0000b\u200bc\td\n', [-0.025019, 0.013936, 0.015167, -0.008703]],
    ['names of special tokens', '[SEP] hello [MASK]', [-0.07719, -0.008374, 0.072151, 0.03561]],
    ['a long text', 'word '.repeat(5000), [-0.008124, -0.095586, -0.038673, 0.049662]],
  ])('services/text-encoder/onnx-encoder: %s: the vector is that of Python', async (_, text, first) => {
    const [vector] = await rowsOf([text]);
    first.forEach((value, at) => {
      expect(Math.abs((vector?.[at] ?? Number.NaN) - value)).toBeLessThan(1e-5);
    });
  });

  it('services/text-encoder/onnx-encoder: without a common word, a query finds the text of its meaning', async () => {
    const texts = [
      'Payments and lending for small shops',
      'Batteries and solar panels for homes',
      'Scans of lungs, read by machines for hospitals',
      'Courses in mathematics for pupils',
    ];
    const queries = ['fintech start-up', 'renewable energy', 'medical diagnosis', 'e-learning for children'];
    const rows = await rowsOf([...texts, ...queries]);
    const found = queries.map((_, query) => {
      const scores = texts.map((_, text) => dot(rows[texts.length + query], rows[text]));
      return scores.indexOf(Math.max(...scores));
    });
    expect(found).toEqual([0, 1, 2, 3]);
  });

  it('services/text-encoder/onnx-encoder: a text alone and among others, in any order, gets the same vector of length 1', async () => {
    const texts = Array.from({ length: 45 }, (_, text) => `number ${text} ${'and so on '.repeat((text * 13) % 40)}`);
    const together = await rowsOf(texts);
    const backwards = await rowsOf(texts.toReversed());
    for (const row of [0, 1, 2, 17, 31, 32, 44]) {
      const [alone] = await rowsOf([texts[row] ?? '']);
      expect(largestDifference(alone, together[row])).toBeLessThan(1e-5);
      expect(largestDifference(alone, backwards[44 - row])).toBeLessThan(1e-5);
      expect(dot(alone, alone)).toBeCloseTo(1, 5);
    }
  });

  it('services/text-encoder/onnx-encoder: what follows the 256th token does not count', async () => {
    const [cut, more] = await rowsOf([`${'word '.repeat(254)}`, `${'word '.repeat(254)} other words`]);
    expect(largestDifference(cut, more)).toBe(0);
  });

  it('services/text-encoder/onnx-encoder: no texts give no vectors, and several calls at once do not mix', async () => {
    expect(await minilm.encode([])).toHaveLength(0);
    const [one, other] = await Promise.all([rowsOf(['red']), rowsOf(['blue', 'green'])]);
    const [red, blue, green] = await rowsOf(['red', 'blue', 'green']);
    expect(largestDifference(one?.[0], red)).toBeLessThan(1e-5);
    expect(largestDifference(other?.[0], blue)).toBeLessThan(1e-5);
    expect(largestDifference(other?.[1], green)).toBeLessThan(1e-5);
  });

  it('services/text-encoder/resolve-text-encoder: auto is MiniLM where it can be had, and says nothing', async () => {
    const { encoder, announcements } = await resolveTextEncoder(request('auto'));
    try {
      expect(encoder?.id).toBe(minilm.id);
      expect(announcements).toEqual([]);
    } finally {
      await encoder?.close();
    }
  });

  it('services/text-encoder/resolve-text-encoder: a folder with the same files gives the same vectors under its own name', async () => {
    const folder = join(cache, 'my model');
    await mkdir(join(folder, 'onnx'), { recursive: true });
    await symlink(join(minilmFolder, 'model.onnx'), join(folder, 'onnx', 'model.onnx'));
    await symlink(join(minilmFolder, 'tokenizer.json'), join(folder, 'tokenizer.json'));
    const { encoder } = await resolveTextEncoder(request(folder));
    try {
      expect(encoder?.id).toBe('my model/782b0929');
      expect(await encoder?.encode(['one text'])).toEqual(await minilm.encode(['one text']));
    } finally {
      await encoder?.close();
      await rm(folder, { recursive: true });
    }
  });
});
