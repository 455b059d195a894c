/** Elements of typed arrays at given rows, in the order of the rows. Throws INTERNAL for a row out of range. */
import { missing } from '../../contracts/element-at.ts';

type Numbers = Int32Array | Float32Array;

const fill = <To extends Numbers>(to: To, values: Numbers, rows: Int32Array): To => {
  // `entries()` of a typed array takes five times as long.
  for (let place = 0; place < rows.length; place += 1) {
    const row = rows[place] ?? missing(rows, place);
    to[place] = values[row] ?? missing(values, row);
  }
  return to;
};

export const gatherIntegers = (values: Int32Array, rows: Int32Array): Int32Array =>
  fill(new Int32Array(rows.length), values, rows);

export const gatherFloats = (values: Float32Array, rows: Int32Array): Float32Array =>
  fill(new Float32Array(rows.length), values, rows);
