/** Rows of a table, found by the value of one column, in two typed arrays. */
import type { PairArrays } from '../../contracts/dataset.ts';

export interface RowGroups {
  /** Rows with value v: rows[starts[v]] … rows[starts[v + 1] - 1], ascending. */
  readonly starts: Int32Array;
  readonly rows: Int32Array;
}

/** @param values one for each row, in [0, bound) */
export const groupRows = (values: Int32Array, bound: number): RowGroups => {
  const starts = new Int32Array(bound + 1);
  for (const value of values) {
    starts[value + 1] = (starts[value + 1] ?? 0) + 1;
  }
  for (let value = 0; value < bound; value += 1) {
    starts[value + 1] = (starts[value + 1] ?? 0) + (starts[value] ?? 0);
  }
  const next = starts.slice();
  const rows = new Int32Array(values.length);
  for (const [row, value] of values.entries()) {
    const at = next[value] ?? 0;
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
