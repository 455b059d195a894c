/**
 * Functional analysis of variance of one tree, exact: how much of the variance of its predictions, over the whole space
 * with every point equally likely, each parameter explains alone.
 * Source: Hutter, Hoos, Leyton-Brown 2014, An Efficient Approach for Assessing Hyperparameter Importance, algorithm 2.
 */
import { addAt, entryOf, missing } from '../../contracts/element-at.ts';
import type { ParameterColumn } from './encode-params.ts';
import type { Leaf } from './regression-tree.ts';

/** Shares of a leaf in the range of each column, [columns]. */
const sharesOf = ({ low, high }: Leaf, columns: readonly ParameterColumn[]): readonly number[] =>
  columns.map((column, index) => {
    const width = (high[index] ?? missing(high, index)) - (low[index] ?? missing(low, index));
    return width / (column.high - column.low);
  });

const productOf = (factors: readonly number[], except = -1): number =>
  factors.reduce((product, factor, index) => (index === except ? product : product * factor), 1);

/** Variance of the mean prediction given the value of one column. */
const marginalVariance = (
  leaves: readonly { readonly leaf: Leaf; readonly shares: readonly number[] }[],
  { column, range, mean }: { readonly column: number; readonly range: number; readonly mean: number },
): number => {
  const lowOf = ({ low }: Leaf): number => low[column] ?? missing(low, column);
  const highOf = ({ high }: Leaf): number => high[column] ?? missing(high, column);
  const bounds = [...new Set(leaves.flatMap(({ leaf }) => [lowOf(leaf), highOf(leaf)]))].sort(
    (one, other) => one - other,
  );
  if (bounds.length === 2) {
    return 0;
  }
  const place = new Map(bounds.map((bound, index) => [bound, index]));
  // What each leaf adds from its lower bound on and takes away from its upper bound on.
  const steps = new Float64Array(bounds.length);
  for (const { leaf, shares } of leaves) {
    const weight = productOf(shares, column) * (leaf.value - mean);
    addAt(steps, entryOf(place, lowOf(leaf)), weight);
    addAt(steps, entryOf(place, highOf(leaf)), -weight);
  }
  let marginal = 0;
  let variance = 0;
  for (let cell = 0; cell + 1 < bounds.length; cell += 1) {
    marginal += steps[cell] ?? missing(steps, cell);
    const width = (bounds[cell + 1] ?? missing(bounds, cell + 1)) - (bounds[cell] ?? missing(bounds, cell));
    variance += (marginal * marginal * width) / range;
  }
  return variance;
};

/** Share of each column alone in the variance of the tree, [columns], at most 1 in all; null of a tree without variance. */
export const explainedShares = (
  tree: readonly Leaf[],
  columns: readonly ParameterColumn[],
): readonly number[] | null => {
  const leaves = tree.map((leaf) => ({ leaf, shares: sharesOf(leaf, columns) }));
  const mean = leaves.reduce((sum, { leaf, shares }) => sum + leaf.value * productOf(shares), 0);
  const total = leaves.reduce((sum, { leaf, shares }) => sum + (leaf.value - mean) ** 2 * productOf(shares), 0);
  return total > 0
    ? columns.map(({ low, high }, column) => marginalVariance(leaves, { column, range: high - low, mean }) / total)
    : null;
};
