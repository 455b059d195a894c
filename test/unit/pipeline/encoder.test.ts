import { describe, expect, it } from 'vitest';
import { categoriesOf } from '../../../pipeline/encoder/categories.ts';
import { type EntityRow, encodeRows, idRowsOf } from '../../../pipeline/encoder/encoder.ts';
import { fitSide } from '../../../pipeline/encoder/fit-encoder.ts';
import type { SideSchema } from '../../../pipeline/source.ts';

const TEXT = { encoder: 'source', dim: 2 };
const NO_TEXT = { encoder: null, dim: 0 };
const userSchema: SideSchema = {
  fields: [
    { name: 'skills', kind: 'multi_categorical', width: 3 },
    { name: 'role', kind: 'categorical', width: 2 },
    { name: 'years', kind: 'numeric', transform: 'none' },
  ],
  hasText: false,
  embeddingDim: 2,
  hasId: false,
};
const itemSchema: SideSchema = {
  fields: [{ name: 'funding', kind: 'numeric', transform: 'log1p' }],
  hasText: false,
  embeddingDim: 2,
  hasId: false,
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
const users = fitSide(userSchema, TEXT, training.users);
const items = fitSide(itemSchema, TEXT, training.items);

describe('pipeline/encoder', () => {
  it('keeps the most frequent values, equally frequent ones by name, one column for all others', () => {
    // go is seen twice, css and sql once: css comes first by name. Width 3 = others, go, css.
    expect(users.blocks[0]).toMatchObject({ vocabulary: ['go', 'css'] });
    // Years 1 and 3: mean 2, deviation 1. log1p of 0 and e²-1 are 0 and 2: mean 1, deviation 1.
    expect(users.blocks[2]).toMatchObject({ mean: 2, deviation: 1 });
    expect(items.blocks[0]).toMatchObject({ mean: 1, deviation: 1 });
    expect([users.dim, items.dim]).toEqual([2 + 3 + 2 + 1 + 1, 2 + 1 + 1]);
  });

  it('pipeline/encoder/categories: each row has the values that the encoder knows, and one name for all others', () => {
    const [skills, role, ...rest] = categoriesOf('user', users, [
      user('c', ['css', 'rust', 'sql'], 'dev', 2),
      user('d', [], null, null),
      user('e', ['go'], 'owner', 1),
    ]);
    expect(rest).toEqual([]);
    expect(skills).toMatchObject({ side: 'user', feature: 'skills', names: ['(other)', 'go', 'css'] });
    // rust and sql are one value to the encoder.
    expect([skills?.starts, skills?.values]).toEqual([Int32Array.of(0, 2, 2, 3), Int32Array.of(2, 0, 1)]);
    expect([role?.starts, role?.values]).toEqual([Int32Array.of(0, 1, 1, 2), Int32Array.of(1, 0)]);
    expect(categoriesOf('item', items, training.items)).toEqual([]);
  });

  it('a row is text, blocks and mask, each part beside the text scaled by one over the root of their number', () => {
    const rows = encodeRows(users, [
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

  it('a value outside of the vocabulary goes to the column of others', () => {
    const row = encodeRows(users, [user('e', ['cobol'], 'pilot', 2, [1, 0])]);
    expect([...row.slice(2, 7)]).toEqual([0.5, 0, 0, 0.5, 0]);
  });

  it('numbers far out are cut at four deviations, missing and broken ones count as the mean', () => {
    const years = (value: number | null) => encodeRows(users, [user('f', [], null, value)])[7];
    expect(years(1e9)).toBe(4 * 0.5);
    expect(years(-1e9)).toBe(-4 * 0.5);
    expect(years(Number.NaN)).toBe(0);
    expect(years(null)).toBe(0);
  });

  it('a constant number is encoded as 0', () => {
    const constant = fitSide(itemSchema, TEXT, [item('x', 5), item('y', 5)]);
    expect(encodeRows(constant, [item('z', 5)])[2]).toBe(0);
  });

  it('one row alone and the same row among others are encoded alike', () => {
    const many = encodeRows(users, training.users);
    const alone = encodeRows(users, training.users.slice(1));
    expect([...many.slice(users.dim)]).toEqual([...alone]);
  });

  it('a side without texts has no embedding and no mask, and its parts weigh more', () => {
    const side = fitSide(userSchema, NO_TEXT, training.users);
    expect([side.dim, side.textDim, side.textEncoder]).toEqual([3 + 2 + 1, 0, null]);
    const row = encodeRows(side, [user('g', ['css'], 'dev', 2, [1, 0])]);
    // Three blocks and no mask: scale 1/√3.
    const scale = 1 / Math.sqrt(3);
    [0, 0, scale, 0, scale, 0].forEach((value, index) => {
      expect(row[index]).toBeCloseTo(value, 6);
    });
  });

  it('a side of ids only has rows of width 0', () => {
    const side = fitSide({ ...userSchema, fields: [], hasId: true }, NO_TEXT, training.users);
    expect(side.dim).toBe(0);
    expect(encodeRows(side, training.users)).toHaveLength(0);
  });

  it('ids of the training part have rows of their own from 1 on, others row 0', () => {
    const side = fitSide({ ...userSchema, hasId: true }, TEXT, training.users);
    expect(side.ids).toEqual(['a', 'b']);
    expect(idRowsOf(side, ['b', 'new', 'a'])).toEqual({ size: 3, rows: Int32Array.from([2, 0, 1]) });
    expect(idRowsOf(users, ['a'])).toBeNull();
  });
});
