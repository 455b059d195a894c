import { describe, expect, it } from 'vitest';
import { type EntityRow, encodeItems, encodeUsers } from '../../../pipeline/encoder/encoder.ts';
import { fitEncoder } from '../../../pipeline/encoder/fit-encoder.ts';
import type { SourceSchema } from '../../../pipeline/source.ts';

const schema: SourceSchema = {
  textDim: 2,
  user: [
    { name: 'skills', kind: 'multi_categorical', width: 3 },
    { name: 'role', kind: 'categorical', width: 2 },
    { name: 'years', kind: 'numeric', transform: 'none' },
  ],
  item: [{ name: 'funding', kind: 'numeric', transform: 'log1p' }],
};

const user = (id: string, skills: string[], role: string | null, years: number | null, text?: number[]): EntityRow => ({
  id,
  fields: { skills, role, years },
  embedding: text === undefined ? null : Float32Array.from(text),
});
const item = (id: string, funding: number | null): EntityRow => ({ id, fields: { funding }, embedding: null });

const training = {
  users: [user('a', ['go', 'sql'], 'dev', 1, [0.6, 0.8]), user('b', ['go', 'css'], 'dev', 3, [1, 0])],
  items: [item('x', 0), item('y', Math.E ** 2 - 1)],
};
const encoder = fitEncoder(schema, training);

describe('pipeline/encoder', () => {
  it('pipeline/encoder: keeps the most frequent values, equally frequent ones by name, one column for all others', () => {
    // go is seen twice, css and sql once: css comes first by name. Width 3 = others, go, css.
    expect(encoder.user.blocks[0]).toMatchObject({ vocabulary: ['go', 'css'] });
    // Years 1 and 3: mean 2, deviation 1. log1p of 0 and e²-1 are 0 and 2: mean 1, deviation 1.
    expect(encoder.user.blocks[2]).toMatchObject({ mean: 2, deviation: 1 });
    expect(encoder.item.blocks[0]).toMatchObject({ mean: 1, deviation: 1 });
    expect([encoder.user.dim, encoder.item.dim]).toEqual([2 + 3 + 2 + 1 + 1, 2 + 1 + 1]);
  });

  it('pipeline/encoder: a row is text, blocks and mask, each part beside the text scaled by one over the root of their number', () => {
    const rows = encodeUsers(encoder, [
      user('c', ['css', 'rust', 'sql'], 'dev', 2.5, [0.6, 0.8]),
      user('d', [], null, null),
    ]);
    // Three blocks and the mask: scale 1/√4 = 0.5. rust and sql share the column of others: two columns set, 0.5/√2 each.
    const half = 0.5 / Math.sqrt(2);
    const expected = [0.6, 0.8, half, 0, half, 0, 0.5, 0.25, 0, /* d: */ 0, 0, 0, 0, 0, 0, 0, 0, 0.5];
    expect(rows).toHaveLength(expected.length);
    expected.forEach((value, index) => {
      expect(rows[index]).toBeCloseTo(value, 6);
    });
  });

  it('pipeline/encoder: a value outside of the vocabulary goes to the column of others', () => {
    const row = encodeUsers(encoder, [user('e', ['cobol'], 'pilot', 2, [1, 0])]);
    expect([...row.slice(2, 7)]).toEqual([0.5, 0, 0, 0.5, 0]);
  });

  it('pipeline/encoder: numbers far out are cut at four deviations, missing and broken ones count as the mean', () => {
    const years = (value: number | null) => encodeUsers(encoder, [user('f', [], null, value)])[7];
    expect(years(1e9)).toBe(4 * 0.5);
    expect(years(-1e9)).toBe(-4 * 0.5);
    expect(years(Number.NaN)).toBe(0);
    expect(years(null)).toBe(0);
  });

  it('pipeline/encoder: a constant number is encoded as 0', () => {
    const constant = fitEncoder(schema, { users: training.users, items: [item('x', 5), item('y', 5)] });
    expect(encodeItems(constant, [item('z', 5)])[2]).toBe(0);
  });

  it('pipeline/encoder: one row alone and the same row among others are encoded alike', () => {
    const many = encodeUsers(encoder, training.users);
    const alone = encodeUsers(encoder, training.users.slice(1));
    expect([...many.slice(encoder.user.dim)]).toEqual([...alone]);
  });
});
