/**
 * Elements that must be there. An index out of range is a bug, and a default in its place (`?? 0`) would be a wrong
 * result that nobody sees.
 */
import { TtExpError } from './errors.ts';

/**
 * Throws INTERNAL, with index and length. For loops over millions of elements, `values[index] ?? missing(values, index)`:
 * each such place reads arrays of one kind, which engines compile to a plain load, while `elementAt` reads all kinds.
 */
export const missing = (values: ArrayLike<unknown>, index: number): never => {
  throw new TtExpError('INTERNAL', `index: got ${index} into ${values.length} elements, expected one of them`, {
    details: { index, length: values.length },
  });
};

/** The element at an index. Throws INTERNAL where there is none; null is an element. */
export const elementAt = <Element>(values: ArrayLike<Element>, index: number): Exclude<Element, undefined> => {
  const element = values[index];
  return element === undefined ? missing(values, index) : (element as Exclude<Element, undefined>);
};

/** The entry of a key that is known to be there. Throws INTERNAL where it is not. */
export const entryOf = <Key, Entry>(entries: ReadonlyMap<Key, Entry>, key: Key): Exclude<Entry, undefined> => {
  const entry = entries.get(key);
  if (entry === undefined) {
    throw new TtExpError('INTERNAL', `map: got no entry of ${String(key)}, expected one among ${entries.size}`);
  }
  return entry as Exclude<Entry, undefined>;
};

/** Numbers in an array whose elements are always there. */
type Sums = Int32Array | Float32Array | Float64Array;

/** Adds to a number in place. Throws INTERNAL for an index out of range, where a typed array ignores what is written. */
export const addAt = (sums: Sums, index: number, value: number): void => {
  sums[index] = (sums[index] ?? missing(sums, index)) + value;
};
