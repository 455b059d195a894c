/** The space as a whole: whether it has a point, how many a grid has, and whether listed trials make sense in it. */
import { canonicalJson } from '../../contracts/canonical-json.ts';
import type { ExperimentConfig } from '../../contracts/experiment-config.ts';
import type { ResolvedSweep } from '../../contracts/resolved-config.ts';
import { enqueuedPoints } from '../../policy/space/complete.ts';
import { visitGrid } from '../../policy/space/enumerate.ts';
import { findPoint } from '../../policy/space/find-point.ts';
import { countCombinations, isCountable, spaceSize } from '../../policy/space/size.ts';
import { createSpace, isActive, type Space } from '../../policy/space/space.ts';
import type { Finding } from '../config-source.ts';
import { resolveConfig } from '../resolve.ts';

/** A grid beyond this is a mistake. */
const MAX_GRID_POINTS = 10_000;

const checkFeasible = (space: Space): readonly Finding[] => {
  const search = findPoint(space);
  if (search.kind === 'found') {
    return [];
  }
  const { by, tried, isProven } = search;
  const extent = isProven ? 'no point' : `no point among ${tried} that were tried`;
  return [
    {
      path: by === null ? ['sweep', 'space'] : ['sweep', 'constraints', by.index],
      part: by === null ? 'key' : 'value',
      expected: 'a space in which at least one point fulfils all constraints',
      found: by === null ? extent : `${extent}; most violate ${JSON.stringify(by.source)}`,
      isEmptySpace: true,
    },
  ];
};

const checkGridSize = (sweep: ResolvedSweep, space: Space): readonly Finding[] => {
  if (sweep.sampler !== 'grid' || sweep.max_trials !== null) {
    return [];
  }
  const points = spaceSize(sweep);
  const isTooLarge = points === null || points > MAX_GRID_POINTS;
  return isTooLarge
    ? [
        {
          path: ['sweep', 'space'],
          part: 'key',
          expected: `a grid of at most ${MAX_GRID_POINTS} points, or "max_trials"`,
          found: points === null ? `${countCombinations(space)} combinations` : `${points} points`,
        },
      ]
    : [];
};

const checkEnqueued = (sweep: ResolvedSweep, space: Space): readonly Finding[] => {
  const seen = new Map<string, number>();
  const points = enqueuedPoints(space, sweep);
  const findings = points.flatMap((params, index): readonly Finding[] => {
    const path = ['sweep', 'enqueue', index];
    const first = seen.get(canonicalJson(params));
    seen.set(canonicalJson(params), first ?? index);
    if (first !== undefined) {
      return [{ path, part: 'value', expected: `each trial once (it is enqueue[${first}] already)` }];
    }
    const idle = space.axes.find((axis) => Object.hasOwn(params, axis.key) && !isActive(space, axis, params));
    return idle === undefined
      ? []
      : [
          {
            path: [...path, idle.key],
            part: 'key',
            expected: 'only parameters whose "when" holds in this trial',
            found: 'one whose condition does not hold',
          },
        ];
  });
  const isTooMany = sweep.max_trials !== null && points.length > sweep.max_trials;
  return isTooMany
    ? [
        ...findings,
        {
          path: ['sweep', 'enqueue'],
          part: 'key',
          expected: `at most max_trials (${sweep.max_trials}) trials`,
          found: `${points.length} trials`,
        },
      ]
    : findings;
};

/** Points and refusals beyond which nobody looks for a parameter that constraints keep out of all of them. */
const MAX_VISITED = 20_000;

/** Parameters whose conditions the constraints never let hold, where all points can be listed. */
const checkReached = (sweep: ResolvedSweep, space: Space): readonly Finding[] => {
  const waiting = new Set(space.axes.filter(({ when }) => when.length > 0).map(({ key }) => key));
  const strike = (params: object): void => {
    for (const key of Object.keys(params)) {
      waiting.delete(key);
    }
  };
  enqueuedPoints(space, sweep).forEach(strike);
  if (waiting.size === 0 || sweep.constraints.length === 0 || !isCountable(space)) {
    return [];
  }
  let visited = 0;
  for (const visit of visitGrid(space)) {
    visited += 1;
    if (visit.kind === 'point') {
      strike(visit.params);
    }
    if (waiting.size === 0 || visited >= MAX_VISITED) {
      return [];
    }
  }
  return [...waiting].map((key) => ({
    path: ['sweep', 'space', key, 'when'],
    part: 'key',
    expected: 'conditions that hold in at least one point that fulfils the constraints',
    found: 'conditions that hold in none',
  }));
};

/** Findings of a config in which nothing else is wrong. */
export const checkPoints = (root: unknown): readonly Finding[] => {
  const { sweep } = resolveConfig(root as ExperimentConfig);
  if (sweep === null) {
    return [];
  }
  const space = createSpace(sweep);
  const empty = checkFeasible(space);
  return empty.length > 0
    ? empty
    : [...checkGridSize(sweep, space), ...checkReached(sweep, space), ...checkEnqueued(sweep, space)];
};
