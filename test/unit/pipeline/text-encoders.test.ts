import { describe, expect, it } from 'vitest';
import { createHashedEncoder } from '../../../pipeline/text/hashed-ngrams.ts';
import { planTexts, sideText } from '../../../pipeline/text/text-plan.ts';

const cosine = (matrix: Float32Array, dim: number, one: number, other: number): number => {
  let sum = 0;
  for (let column = 0; column < dim; column += 1) {
    sum += (matrix[one * dim + column] ?? 0) * (matrix[other * dim + column] ?? 0);
  }
  return sum;
};

const side = (hasText: boolean, embeddingDim: number | null) => ({ fields: [], hasText, embeddingDim, hasId: true });

describe('pipeline/text/hashed-ngrams', () => {
  const encoder = createHashedEncoder();

  it('pipeline/text/hashed-ngrams: rows have length 1; a text without letters or digits is zeros', async () => {
    const rows = await encoder.encode(['Rust engineer', 'a', '… !', '']);
    expect(rows).toHaveLength(4 * 384);
    [0, 1].forEach((row) => {
      expect(cosine(rows, 384, row, row)).toBeCloseTo(1, 5);
    });
    expect([cosine(rows, 384, 2, 2), cosine(rows, 384, 3, 3)]).toEqual([0, 0]);
  });

  it('pipeline/text/hashed-ngrams: shared words and parts of words are near, others are not', async () => {
    const rows = await encoder.encode([
      'senior backend engineer in Berlin',
      'backend engineers, Berlin',
      'sourdough bread recipes',
    ]);
    expect(cosine(rows, 384, 0, 1)).toBeGreaterThan(0.4);
    expect(Math.abs(cosine(rows, 384, 0, 2))).toBeLessThan(0.25);
  });

  it('pipeline/text/hashed-ngrams: case, width and neighbours of a text change nothing', async () => {
    const [plain, wide] = [await encoder.encode(['Go ENGINEER']), await encoder.encode(['x', 'Ｇｏ engineer'])];
    expect([...wide.slice(384)]).toEqual([...plain]);
  });

  it('pipeline/text/hashed-ngrams: gives these numbers for ever, since its id promises them', async () => {
    const row = await createHashedEncoder(8).encode(['go']);
    // The word (1) and one of the groups <go, go>, <go> (0.5 each) share a column: 1.5, 0.5 and 0.5, of length √2.75.
    const values = [...row].filter((value) => value !== 0).map((value) => Math.abs(value));
    expect(values.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 5);
    expect([...row].map((value) => Number(value.toFixed(4)))).toMatchInlineSnapshot(`
      [
        0,
        0,
        0,
        0,
        -0.9045,
        0.3015,
        0.3015,
        0,
      ]
    `);
  });
});

describe('pipeline/text/text-plan', () => {
  const schema = { user: side(true, 4), item: side(true, null) };

  it('pipeline/text/text-plan: auto takes what the source has and encodes the rest', () => {
    expect(planTexts(schema, 'auto')).toEqual({ user: 'source', item: 'encoder' });
    expect(planTexts({ user: side(false, null), item: side(false, null) }, 'auto')).toEqual({ user: null, item: null });
  });

  it('pipeline/text/text-plan: an encoder goes before the source, source leaves texts alone', () => {
    expect(planTexts(schema, 'minilm')).toEqual({ user: 'encoder', item: 'encoder' });
    expect(planTexts(schema, 'source')).toEqual({ user: 'source', item: null });
    expect(planTexts({ user: side(false, 4), item: side(true, null) }, 'hashed')).toEqual({
      user: 'source',
      item: 'encoder',
    });
  });

  it('pipeline/text/text-plan: asking for what the source has nothing for is an error', () => {
    const bare = { user: side(false, null), item: side(false, null) };
    expect(() => planTexts(bare, 'minilm')).toThrow(/without texts/);
    expect(() => planTexts(bare, 'source')).toThrow(/without embeddings/);
  });

  it('pipeline/text/text-plan: says width and origin of each side', () => {
    expect(sideText(schema.user, 'source', null)).toEqual({ encoder: 'source', dim: 4 });
    expect(sideText(schema.item, 'encoder', createHashedEncoder())).toEqual({ encoder: 'hashed-ngrams/1', dim: 384 });
    expect(sideText(schema.item, null, null)).toEqual({ encoder: null, dim: 0 });
  });
});
