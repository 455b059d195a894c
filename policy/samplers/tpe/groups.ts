/** Parameters that are always in a trial together: each group has a density of its own. */
import { canonicalJson } from '../../../contracts/canonical-json.ts';
import type { TrialParams } from '../../../contracts/trial.ts';
import { holds } from '../../space/conditions.ts';
import { positionOf } from '../../space/domain.ts';
import type { Axis, Space } from '../../space/space.ts';

/** Axes with the same condition; never empty. */
export type Group = readonly [Axis, ...Axis[]];

/** In an order in which each group's condition can be judged when it is reached. */
export const groupAxes = (space: Space): readonly Group[] => {
  const isOfSpace = (key: string): boolean => space.axes.some((axis) => axis.key === key);
  const groups = new Map<string, [Axis, ...Axis[]]>();
  for (const axis of space.axes) {
    // A condition on the config that holds in every trial sets nothing apart.
    const open = axis.when.filter(
      (condition) => isOfSpace(condition.key) || !holds(condition, space.base[condition.key]),
    );
    const name = canonicalJson(open.map(({ key, values }) => [key, [...values].sort()]));
    const group = groups.get(name);
    if (group === undefined) {
      groups.set(name, [axis]);
    } else {
      group.push(axis);
    }
  }
  return [...groups.values()];
};

/** Where a trial lies in a group; null where it has no part in it, or lies outside the space. */
export const positionsIn = (group: Group, params: TrialParams): readonly number[] | null => {
  const positions: number[] = [];
  for (const { key, domain } of group) {
    const value = params[key];
    const position = value === undefined ? null : positionOf(domain, value);
    if (position === null) {
      return null;
    }
    positions.push(position);
  }
  return positions;
};
