/** Trials that a person lists, made whole. */
import type { ResolvedSweep } from '../../contracts/resolved-config.ts';
import type { ParameterValue, TrialParams } from '../../contracts/trial.ts';
import { isActive, type Space } from './space.ts';

/** What was listed, and the config's own value of every other parameter that is part of the trial. May lie outside the space. */
const completePoint = (space: Space, listed: Readonly<Record<string, unknown>>): TrialParams => {
  const params = { ...listed } as Record<string, ParameterValue>;
  for (const axis of space.axes) {
    const own = space.base[axis.key];
    if (!Object.hasOwn(listed, axis.key) && own !== null && own !== undefined && isActive(space, axis, params)) {
      params[axis.key] = own as ParameterValue;
    }
  }
  return params;
};

export const enqueuedPoints = (space: Space, { enqueue }: Pick<ResolvedSweep, 'enqueue'>): readonly TrialParams[] =>
  enqueue.map((listed) => completePoint(space, listed));
