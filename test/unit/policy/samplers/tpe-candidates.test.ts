import { describe, expect, it } from 'vitest';
import type { TrialRecord } from '../../../../contracts/sweep.ts';
import { createRng } from '../../../../policy/rng.ts';
import { chooseCandidate } from '../../../../policy/samplers/tpe/candidates.ts';
import { createDensities, type Densities } from '../../../../policy/samplers/tpe/densities.ts';
import type { Estimator } from '../../../../policy/samplers/tpe/estimator.ts';
import type { Group } from '../../../../policy/samplers/tpe/groups.ts';
import { stagesOf } from '../../../../policy/samplers/tpe/stages.ts';
import { ageWeights, rankWeights } from '../../../../policy/samplers/tpe/weights.ts';
import { createSpace, type Space } from '../../../../policy/space/space.ts';
import { sweepSettings } from '../../../support/experiment-fixtures.ts';

const spaceOf = (change: Parameters<typeof sweepSettings>[0]): Space => createSpace(sweepSettings(change));

const BRANCHES = {
  'model.kind': { choice: ['plain', 'branch'] },
  'model.x': { float: { low: 0, high: 1 }, when: { 'model.kind': ['branch'] } },
};

/** Draws positions one after the other, round and round, and knows the density of each. */
const scripted = (draws: readonly number[], logDensity: (position: number) => number): Estimator => {
  let drawn = 0;
  return {
    draw: () => [draws[drawn++ % draws.length] ?? 0],
    logDensity: ([position = 0]) => logDensity(position),
  };
};

const nothing: Estimator = { draw: () => [0], logDensity: () => 0 };

const choose = (space: Space, densities: Readonly<Record<string, Densities>>, isNew = (): boolean => true) =>
  chooseCandidate({
    space,
    stages: stagesOf(space),
    densitiesOf: ([{ key }]: Group) => densities[key] ?? { good: nothing, others: nothing },
    candidates: 6,
    rng: createRng(1),
    isNew,
  });

describe('policy/samplers/tpe-candidates', () => {
  it('a branch is taken for what its own parameters promise', () => {
    const densities = {
      // Plain looks better by 0.5, but an x above a half promises 2 more.
      'model.kind': { good: scripted([0, 1], (choice) => (choice === 0 ? 0.5 : 0)), others: nothing },
      'model.x': { good: scripted([0.1, 0.9, 0.3], (x) => (x > 0.5 ? 2 : 0)), others: nothing },
    };
    expect(choose(spaceOf({ space: BRANCHES }), densities)).toEqual({ 'model.kind': 'branch', 'model.x': 0.9 });
  });

  it('what a constraint refuses or has been tried is none', () => {
    const space = spaceOf({
      space: { 'model.x': { float: { low: 0, high: 1 } } },
      constraints: ['model.x < 0.5'],
    });
    const densities = { 'model.x': { good: scripted([0.9, 0.2, 0.4], (x) => x), others: nothing } };
    expect(choose(space, densities)).toEqual({ 'model.x': 0.4 });
    expect(choose(space, densities, () => false)).toBeNull();
  });

  it('kernels of good trials close in, the faster the less is drawn blindly', () => {
    const space = spaceOf({ space: { 'model.x': { float: { low: 0, high: 1 } } } });
    const history = Array.from(
      { length: 100 },
      (_, index): TrialRecord => ({
        index,
        params: { 'model.x': index / 100 },
        status: 'completed',
        value: -Math.abs(index / 100 - 0.4),
        reports: [{ epoch: 1, value: 0, sequence: index }],
      }),
    );
    const peak = (trials: number, lag: number): number => {
      const knowledge = { history: history.slice(0, trials), horizon: trials, lag };
      const [density = Number.NaN] = stagesOf(space).map(({ group }) =>
        createDensities(group, knowledge).good.logDensity([0.4]),
      );
      return density;
    };
    expect(peak(100, 1)).toBeGreaterThan(peak(100, 8) + 0.1);
    expect(peak(100, 1)).toBeGreaterThan(peak(50, 1) + 0.1);
  });

  it('good trials weigh by rank, others by age', () => {
    // ln(3 / 1) and ln(3 / 2), so scaled that their mean is 1.
    expect([...rankWeights(2)].map((weight) => Number(weight.toFixed(4)))).toEqual([1.4608, 0.5392]);
    expect([...ageWeights(28)].slice(0, 4).map((weight) => Number(weight.toFixed(4)))).toEqual([0.0357, 0.5179, 1, 1]);
    expect([...ageWeights(3)]).toEqual([1, 1, 1]);
  });
});
