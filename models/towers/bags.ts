/** Weighted sums of rows of an embedding table: an id's own row, or what a user did. */
import { missing } from '../../contracts/element-at.ts';

/** Bag b holds the entries starts[b] … starts[b + 1] - 1. */
export interface Bags {
  /** [bags + 1] */
  readonly starts: Int32Array;
  /** Row of the table, [entries] */
  readonly rows: Int32Array;
  /** [entries] */
  readonly coefficients: Float32Array;
}

export const bagCount = ({ starts }: Bags): number => starts.length - 1;

/**
 * A bag for each row.
 * @param isFirstUsed whether row 0, that of unknown ids, counts; an empty bag otherwise
 */
export const singleRows = (given: Int32Array, isFirstUsed: boolean): Bags => {
  const rows = isFirstUsed ? given : given.filter((row) => row > 0);
  const starts = new Int32Array(given.length + 1);
  let end = 0;
  for (const [place, row] of given.entries()) {
    end += isFirstUsed || row > 0 ? 1 : 0;
    starts[place + 1] = end;
  }
  return { starts, rows, coefficients: new Float32Array(rows.length).fill(1) };
};

/** [bags × dim] of a table [rows × dim]: bit for bit what the kernel of `embedding-table.ts` gives. */
export const sumBags = (table: Float32Array, dim: number, bags: Bags): Float32Array => {
  const { starts, rows, coefficients } = bags;
  const sums = new Float32Array(bagCount(bags) * dim);
  for (let bag = 0; bag < bagCount(bags); bag += 1) {
    const end = starts[bag + 1] ?? missing(starts, bag + 1);
    for (let entry = starts[bag] ?? missing(starts, bag); entry < end; entry += 1) {
      const from = (rows[entry] ?? missing(rows, entry)) * dim;
      const coefficient = coefficients[entry] ?? missing(coefficients, entry);
      for (let column = 0; column < dim; column += 1) {
        const to = bag * dim + column;
        sums[to] = (sums[to] as number) + Math.fround(coefficient * (table[from + column] as number));
      }
    }
  }
  return sums;
};
