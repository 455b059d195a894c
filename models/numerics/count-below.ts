import { missing } from '../../contracts/element-at.ts';

/** How many of the ascending values are below the given one, or not above it. */
export const countBelow = (ascending: ArrayLike<number>, value: number, isInclusive: boolean): number => {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = ascending[middle] ?? missing(ascending, middle);
    if (at < value || (isInclusive && at === value)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
};
