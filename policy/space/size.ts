/** How many points a space has. */
import { domainSize } from './domain.ts';
import { visitGrid } from './enumerate.ts';
import { createSpace, type Space, type SpaceSettings } from './space.ts';

/** Points and refusals beyond which counting one by one is given up. */
const MAX_COUNTED = 100_000;

/** Combinations of all values, whatever conditions and constraints say; null where a range is continuous. */
export const countCombinations = ({ axes }: Space): number | null => {
  if (axes.length === 0) {
    return 0;
  }
  return axes.reduce<number | null>((product, { domain }) => {
    const size = domainSize(domain);
    return product === null || size === null ? null : product * size;
  }, 1);
};

/** Whether the points can be listed one by one. */
export const isCountable = (space: Space): boolean => countCombinations(space) !== null;

/**
 * Number of distinct points that fulfil conditions and constraints. null: unbounded, or too many to count where they
 * depend on one another.
 */
export const spaceSize = (sweep: SpaceSettings): number | null => {
  const space = createSpace(sweep);
  const combinations = countCombinations(space);
  const isProduct = space.axes.every(({ when, constraints }) => when.length === 0 && constraints.length === 0);
  if (combinations === null || isProduct) {
    return combinations;
  }
  let points = 0;
  let visits = 0;
  for (const { kind } of visitGrid(space)) {
    points += kind === 'point' ? 1 : 0;
    visits += 1;
    if (visits > MAX_COUNTED) {
      return null;
    }
  }
  return points;
};
