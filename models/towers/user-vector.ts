/** The last step of the user tower in plain numbers, for where there is no TensorFlow: a history is added, and the row scaled. */
import { elementAt } from '../../contracts/element-at.ts';
import { sumBags } from './bags.ts';
import { historyBags } from './history.ts';

/** Keeps a row of zeros zero. */
export const NORM_EPSILON = 1e-12;

const normalise = (vector: Float32Array): Float32Array => {
  const square = vector.reduce((sum, value) => sum + value * value, 0);
  const scale = 1 / Math.sqrt(square + NORM_EPSILON);
  return vector.map((value) => value * scale);
};

/**
 * Vector of a user, [dim].
 * @param withoutHistory what features and id give, [dim], before it is scaled
 * @param table [history rows × dim]
 * @param rows of the table: the items that the user likes, each once
 */
export const userVector = (
  withoutHistory: Float32Array,
  { table, isNormalised }: { readonly table: Float32Array; readonly isNormalised: boolean },
  rows: Int32Array,
): Float32Array => {
  const dim = withoutHistory.length;
  const bags = historyBags({ starts: Int32Array.of(0, rows.length), rows }, Int32Array.of(0), null);
  const history = sumBags(table, dim, bags);
  const sum = withoutHistory.map((value, column) => value + elementAt(history, column));
  return isNormalised ? normalise(sum) : sum;
};
