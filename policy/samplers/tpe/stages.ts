/** The groups of a space in the order in which a candidate gets its values. */
import type { Axis, Space } from '../../space/space.ts';
import { type Group, groupAxes } from './groups.ts';

export interface Stage {
  readonly group: Group;
  /** Axes whose constraints can be judged once this group is decided. */
  readonly decided: readonly Axis[];
}

export const stagesOf = (space: Space): readonly Stage[] => {
  const groups = groupAxes(space);
  return groups.map((group, place) => {
    const keys = new Set(groups.slice(0, place + 1).flatMap((axes) => axes.map(({ key }) => key)));
    const open = space.axes.findIndex(({ key }) => !keys.has(key));
    return { group, decided: open < 0 ? space.axes : space.axes.slice(0, open) };
  });
};
