import { expect, test } from 'vitest';
import { addAt, elementAt, entryOf, missing } from '../../../contracts/element-at.ts';

const outOf = (index: number, length: number) =>
  expect.objectContaining({
    code: 'INTERNAL',
    message: `index: got ${index} into ${length} elements, expected one of them`,
    details: { index, length },
  });

test('gives the element, be it 0, null or empty', () => {
  expect(elementAt([5, 0], 1)).toBe(0);
  expect(elementAt(['a', ''], 1)).toBe('');
  expect(elementAt([null], 0)).toBeNull();
  expect(elementAt(Int32Array.of(7, 8), 1)).toBe(8);
});

test.each([
  [2, [1, 2]],
  [-1, [1, 2]],
  [0.5, [1, 2]],
  [Number.NaN, Float32Array.of(1)],
  [0, new Int32Array(0)],
])('refuses index %s, which has no element', (index, values) => {
  expect(() => elementAt(values, index)).toThrow(outOf(index, values.length));
  expect(() => missing(values, index)).toThrow(outOf(index, values.length));
});

test('gives the entry of a key, and refuses a key without one', () => {
  const entries = new Map([['a', 0]]);
  expect(entryOf(entries, 'a')).toBe(0);
  expect(() => entryOf(entries, 'b')).toThrow(
    expect.objectContaining({ code: 'INTERNAL', message: 'map: got no entry of b, expected one among 1' }),
  );
});

test('adds in place, and refuses to where a typed array would ignore it', () => {
  const sums = Float64Array.of(1, 2);
  addAt(sums, 1, 0.5);
  expect([...sums]).toEqual([1, 2.5]);
  expect(() => addAt(sums, 2, 1)).toThrow(outOf(2, 2));
});
