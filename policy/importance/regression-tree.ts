/** A regression tree (CART) as what an analysis of variance needs of it: its leaves, as boxes. */
import { elementAt, missing } from '../../contracts/element-at.ts';
import type { Rng } from '../rng.ts';
import type { ParameterColumn } from './encode-params.ts';

/** Predicts `value` for low ≤ x < high in every column. */
export interface Leaf {
  readonly value: number;
  /** [columns] */
  readonly low: readonly number[];
  /** [columns] */
  readonly high: readonly number[];
}

interface Split {
  readonly column: number;
  readonly threshold: number;
  /** Reduction of the sum of squares; more is better. */
  readonly gain: number;
}

export interface TreeInput {
  readonly columns: readonly ParameterColumn[];
  readonly targets: readonly number[];
  /** Rows to fit, repeated where a bootstrap drew them more than once. */
  readonly rows: readonly number[];
  readonly rng: Rng;
}

const meanOf = (rows: readonly number[], targets: readonly number[]): number =>
  rows.reduce((sum, row) => sum + (targets[row] ?? missing(targets, row)), 0) / rows.length;

/** The best threshold in one column: the middle between two neighbours. Null where all rows are alike in it. */
const bestInColumn = ({ columns, targets }: TreeInput, rows: readonly number[], column: number): Split | null => {
  const { values } = elementAt(columns, column);
  const mean = meanOf(rows, targets);
  const points = rows
    .map((row) => ({ x: values[row] ?? missing(values, row), y: targets[row] ?? missing(targets, row) }))
    .sort((one, other) => one.x - other.x);
  let best: Split | null = null;
  let sum = 0;
  let left = 0;
  let before: { readonly x: number; readonly y: number } | null = null;
  for (const point of points) {
    if (before !== null) {
      sum += before.y - mean;
      // With targets centred on their mean, the sums of both sides are opposite.
      const gain = sum * sum * (1 / left + 1 / (points.length - left));
      if (before.x < point.x && gain > (best?.gain ?? 0)) {
        best = { column, threshold: (before.x + point.x) / 2, gain };
      }
    }
    before = point;
    left += 1;
  }
  return best;
};

/** Columns are tried in random order, so that none of two equal ones is preferred. */
const bestSplit = (input: TreeInput, rows: readonly number[]): Split | null => {
  const order = input.columns
    .map((_column, column) => ({ column, key: input.rng.next() }))
    .sort((one, other) => one.key - other.key);
  return order.reduce<Split | null>((best, { column }) => {
    const split = bestInColumn(input, rows, column);
    return split !== null && split.gain > (best?.gain ?? 0) ? split : best;
  }, null);
};

/** Splits until each leaf holds one value; leaves fill the space of all columns without overlap. */
export const growTree = (input: TreeInput): readonly Leaf[] => {
  const leaves: Leaf[] = [];
  const grow = (rows: readonly number[], low: readonly number[], high: readonly number[]): void => {
    const split = rows.length < 2 ? null : bestSplit(input, rows);
    if (split === null) {
      leaves.push({ value: meanOf(rows, input.targets), low, high });
      return;
    }
    const { column, threshold } = split;
    const { values } = elementAt(input.columns, column);
    const isLeft = (row: number): boolean => (values[row] ?? missing(values, row)) < threshold;
    grow(rows.filter(isLeft), low, high.with(column, threshold));
    grow(
      rows.filter((row) => !isLeft(row)),
      low.with(column, threshold),
      high,
    );
  };
  grow(
    input.rows,
    input.columns.map(({ low }) => low),
    input.columns.map(({ high }) => high),
  );
  return leaves;
};
