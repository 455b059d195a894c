import { describe, expect, it } from 'vitest';
import type { TrialRecord } from '../../../../contracts/sweep.ts';
import { createSampler } from '../../../../policy/samplers/create-sampler.ts';
import { createEstimator } from '../../../../policy/samplers/tpe/estimator.ts';
import { normalMass } from '../../../../policy/samplers/tpe/normal.ts';
import { countFinished, splitTrials } from '../../../../policy/samplers/tpe/split.ts';
import { ageWeights, rankWeights } from '../../../../policy/samplers/tpe/weights.ts';
import type { Domain } from '../../../../policy/space/domain.ts';
import { sweepSettings } from '../../../support/experiment-fixtures.ts';

const record = (index: number, status: TrialRecord['status'], value: number | null, epoch = 1): TrialRecord => ({
  index,
  params: {},
  status,
  value,
  reports: value === null ? [] : [{ epoch, value, sequence: index }],
});

describe('policy/samplers/tpe', () => {
  it('the best tenth is good; completed before pruned, late before early, failed nowhere', () => {
    const history = [
      record(0, 'pruned', 0.9, 2),
      record(1, 'completed', 0.1),
      record(2, 'failed', null),
      record(3, 'pruned', 0.2, 6),
      ...Array.from({ length: 17 }, (_, place) => record(4 + place, 'pruned', 0.01 * place)),
      record(21, 'running', null),
      record(22, 'completed', 1),
    ];
    const { good, others } = splitTrials(history, 21);
    // 1 completed and 19 pruned, of which a tenth, rounded up, are 2: the completed one, then the one that got farthest.
    expect(countFinished(history, 21)).toBe(20);
    expect(good.map(({ index }) => index)).toEqual([1, 3]);
    // The last one is beyond the horizon, so it counts as running, like the one before it; the failed one is left out.
    expect(others.map(({ index }) => index)).toEqual([
      0,
      ...Array.from({ length: 17 }, (_, place) => 4 + place),
      21,
      22,
    ]);
  });

  it('masses of the normal distribution, in the middle and in the tails', () => {
    // Tables of the standard normal distribution.
    expect(normalMass(-1, 1)).toBeCloseTo(0.6826895, 6);
    expect(normalMass(0, 2)).toBeCloseTo(0.4772499, 6);
    expect(normalMass(-3, -2)).toBeCloseTo(0.0214002, 6);
    expect(normalMass(1, 1)).toBe(0);
  });

  it.each<[string, Domain, readonly number[]]>([
    ['choices', { kind: 'categorical', values: ['a', 'b', 'c'] }, [0, 1, 2]],
    ['steps', { kind: 'numeric', low: 0, high: 1, step: 0.25, isLog: false }, [0, 0.25, 0.5, 0.75, 1]],
    [
      'whole numbers on a logarithmic scale',
      { kind: 'numeric', low: 1, high: 4, step: 1, isLog: true },
      [1, 2, 3, 4].map(Math.log),
    ],
  ])('the masses of all %s add up to 1', (_what, domain, positions) => {
    const estimator = createEstimator([domain], [[positions[0] ?? 0], [positions[1] ?? 0], [positions[1] ?? 0]], {
      weights: ageWeights(3),
      leastWidth: 0.2,
    });
    const masses = positions.map((position) => Math.exp(estimator.logDensity([position])));
    expect(masses.reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(1, 5);
    expect(masses[1]).toBeGreaterThan(masses.at(-1) ?? 1);
  });

  it('a continuous density integrates to 1 and is joint, not a product', () => {
    const axis: Domain = { kind: 'numeric', low: 0, high: 1, step: null, isLog: false };
    const estimator = createEstimator(
      [axis, axis],
      [
        [0.1, 0.9],
        [0.9, 0.1],
        [0.12, 0.88],
        [0.88, 0.12],
      ],
      { weights: rankWeights(4), leastWidth: 1 / 6 },
    );
    const cells = Array.from({ length: 50 }, (_, cell) => (cell + 0.5) / 50);
    const densities = cells.flatMap((x) => cells.map((y) => Math.exp(estimator.logDensity([x, y]))));
    expect(densities.reduce((sum, density) => sum + density, 0) / 2500).toBeCloseTo(1, 3);
    // A product of the two marginal densities would make both corners equal.
    expect(estimator.logDensity([0.1, 0.9])).toBeGreaterThan(estimator.logDensity([0.1, 0.1]) + 0.5);
  });

  it('a branch whose trials are all worse than others still learns which of them were its best', () => {
    // Three choices are used up by one trial each, and best; of 23 trials 3 are good, so none of the branch is.
    const space = {
      'model.kind': { choice: ['a', 'b', 'c', 'branch'] },
      'model.x': { float: { low: 0, high: 1 }, when: { 'model.kind': ['branch'] } },
    };
    const sweep = sweepSettings({
      sampler: 'tpe',
      space,
      tpe: { startup_trials: 10, candidates: 24, proposal_lag: 1 },
    });
    const history = [
      ...['a', 'b', 'c'].map((kind) => ({ params: { 'model.kind': kind }, value: 1 })),
      ...Array.from({ length: 20 }, (_, place) => ({
        params: { 'model.kind': 'branch', 'model.x': place / 20 },
        value: -Math.abs(place / 20 - 0.3),
      })),
    ].map(({ params, value }, index): TrialRecord => ({ ...record(index, 'completed', value), params }));
    const proposed = Array.from({ length: 40 }, (_, seed) => createSampler(sweep, seed).propose(23, history));
    const near = proposed.filter((params) => Math.abs(Number(params?.['model.x']) - 0.3) < 0.15);
    // Draws that know nothing of the branch's best would be there 12 times, with a standard deviation of 3.
    expect(near.length).toBeGreaterThan(24);
  });
});
