/** Rows of numbers, and products of them in float64. */
import { missing } from '../../contracts/element-at.ts';

/** Row-major. */
export interface Matrix {
  readonly values: Float32Array;
  readonly rows: number;
  readonly dim: number;
}

export const rowOf = ({ values, dim }: Matrix, row: number): Float32Array =>
  values.subarray(row * dim, (row + 1) * dim);

/** Dot product in float64, from a place of each. */
export const dotAt = (values: Float32Array, from: number, query: Float32Array): number => {
  let sum = 0;
  for (let at = 0; at < query.length; at += 1) {
    sum += (values[from + at] ?? missing(values, from + at)) * (query[at] ?? missing(query, at));
  }
  return sum;
};

export const lengthOf = (vector: Float32Array): number => Math.sqrt(dotAt(vector, 0, vector));

/** Of length 1; null for zeros. */
export const unit = (vector: Float32Array): Float32Array | null => {
  const length = lengthOf(vector);
  return length === 0 ? null : vector.map((value) => value / length);
};

export const isZero = (vector: Float32Array): boolean => vector.every((value) => value === 0);
