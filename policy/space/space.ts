/** A search space made ready for drawing: parameters in an order in which each can be decided. */
import type { ResolvedSweep } from '../../contracts/resolved-config.ts';
import type { ParameterValue, TrialParams } from '../../contracts/trial.ts';
import { createDomain, type Domain, domainSize } from './domain.ts';

export interface Axis {
  readonly key: string;
  readonly domain: Domain;
}

export interface Space {
  readonly axes: readonly Axis[];
}

type SpaceSettings = Pick<ResolvedSweep, 'space'>;

export const createSpace = ({ space }: SpaceSettings): Space => ({
  axes: Object.entries(space).map(([key, parameter]) => ({ key, domain: createDomain(parameter) })),
});

/** Number of distinct points; null where a range is continuous. */
export const spaceSize = (sweep: SpaceSettings): number | null => {
  const sizes = createSpace(sweep).axes.map(({ domain }) => domainSize(domain));
  if (sizes.length === 0) {
    return 0;
  }
  return sizes.reduce((product, size) => (product === null || size === null ? null : product * size), 1);
};

/** Values axis by axis; null where an axis has none. */
export const buildPoint = (space: Space, decide: (axis: Axis) => ParameterValue | undefined): TrialParams | null => {
  const params: Record<string, ParameterValue> = {};
  for (const axis of space.axes) {
    const value = decide(axis);
    if (value === undefined) {
      return null;
    }
    params[axis.key] = value;
  }
  return params;
};
