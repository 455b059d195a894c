/** Rows of a table, found by the value of one column, in two typed arrays. */
import type { PairArrays } from '../../contracts/dataset.ts';
import { missing } from '../../contracts/element-at.ts';

export interface RowGroups {
  /** Rows with value v: rows[starts[v]] … rows[starts[v + 1] - 1], ascending. */
  readonly starts: Int32Array;
  readonly rows: Int32Array;
}

/** Each number becomes the sum of those up to it: of counts, behind a 0, the starts of groups. */
export const accumulate = (counts: Int32Array): void => {
  let sum = 0;
  for (let index = 0; index < counts.length; index += 1) {
    sum += counts[index] ?? missing(counts, index);
    counts[index] = sum;
  }
};

/** @param values one for each row, in [0, bound) */
export const groupRows = (values: Int32Array, bound: number): RowGroups => {
  const starts = new Int32Array(bound + 1);
  for (const value of values) {
    starts[value + 1] = (starts[value + 1] ?? missing(starts, value + 1)) + 1;
  }
  accumulate(starts);
  const next = starts.slice();
  const rows = new Int32Array(values.length);
  for (const [row, value] of values.entries()) {
    const at = next[value] ?? missing(next, value);
    rows[at] = row;
    next[value] = at + 1;
  }
  return { starts, rows };
};

export interface PairsByUser extends RowGroups {
  readonly pairs: PairArrays;
}

export const pairsByUser = (pairs: PairArrays, users: number): PairsByUser => ({
  pairs,
  ...groupRows(pairs.userIndex, users),
});

export const rowsOf = ({ starts, rows }: RowGroups, value: number): Int32Array =>
  rows.subarray(starts[value], starts[value + 1]);
