import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConfidenceInterval } from '../../../contracts/gate.ts';
import { decideGate } from '../../../policy/gate/decide-gate.ts';
import { holm } from '../../../policy/gate/holm.ts';
import { nonInferiorityTest } from '../../../policy/gate/non-inferiority-test.ts';
import { pairedBootstrap } from '../../../policy/gate/paired-bootstrap.ts';
import { bestAncestor } from '../../../policy/registry/best-ancestor.ts';
import type { Stint } from '../../../policy/registry/standing.ts';
import { createRng } from '../../../policy/rng.ts';
import { resolvedConfig } from '../../support/experiment-fixtures.ts';
import { pairedUsers } from '../../support/paired-users.ts';

const values = (count: number) =>
  fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: count, maxLength: count });

describe('policy/gate/non-inferiority-test', () => {
  it('agrees with the lower end of the interval, where many users make it the only judge', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0.001, max: 0.1, noNaN: true }), (seed, margin) => {
        const pair = pairedUsers({ users: 400, alike: 0.3, lift: -0.02, seed });
        const { low } = pairedBootstrap({ ...pair, confidence: 0.95, resamples: 999, seed });
        const p = nonInferiorityTest({ ...pair, margin, resamples: 999, seed })?.pValue ?? Number.NaN;
        expect(p <= 0.025).toBe(low > -margin);
      }),
      { numRuns: 60 },
    );
  });

  it('a larger margin is never harder to rule out, and few users never easier than the bootstrap alone', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 2, max: 40 }), (seed, users) => {
        const pair = pairedUsers({ users, alike: 0.3, lift: 0, seed });
        const at = (margin: number) => nonInferiorityTest({ ...pair, margin, resamples: 500, seed })?.pValue ?? 2;
        expect(at(0.2)).toBeLessThanOrEqual(at(0.05));
        // 2^users sign patterns: none is rarer.
        expect(at(0.9)).toBeGreaterThan(0.2 / 2 ** users);
      }),
    );
  });

  it('a loss of the margin exactly is ruled out as often as the level says, at most', () => {
    const level = 0.025;
    const tests = 1000;
    let accepted = 0;
    for (let seed = 0; seed < tests; seed += 1) {
      // The mean change of pairedUsers is lift + 1/4 - 1/4.
      const pair = pairedUsers({ users: 150, alike: 0, lift: -0.05, seed });
      accepted += (nonInferiorityTest({ ...pair, margin: 0.05, resamples: 400, seed })?.pValue ?? 1) <= level ? 1 : 0;
    }
    // Four standard errors above.
    expect(accepted / tests).toBeLessThan(level + 4 * Math.sqrt((level * (1 - level)) / tests));
    expect(accepted).toBeGreaterThan(0);
  });
});

describe('policy/gate/holm', () => {
  it('is between p and m times p, keeps the order, and is p for a single test', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 }), (p) => {
        const adjusted = holm(p);
        for (const [index, value] of p.entries()) {
          expect(adjusted[index]).toBeGreaterThanOrEqual(value);
          expect(adjusted[index]).toBeLessThanOrEqual(Math.min(1, value * p.length));
        }
        const order = [...p.keys()].sort((a, b) => (p[a] ?? 0) - (p[b] ?? 0)).map((index) => adjusted[index] ?? 0);
        expect(order).toEqual([...order].sort((a, b) => a - b));
        expect(holm(p.slice(0, 1))).toEqual(p.slice(0, 1));
      }),
    );
  });
});

/** A normal number, by the sum of twelve uniform ones. */
const normal = (next: () => number): number => Array.from({ length: 12 }, next).reduce((sum, value) => sum + value, -6);

const MARGIN = 0.02;
/** Loss of each retrain against the champion of its time. */
const LOSS = 0.002;
const WEEKS = 52;
const DAY_MS = 86_400_000;

/**
 * True NDCG@10 of the champion after a year of weekly retrains, each a little worse than the one before.
 * @param error standard error of a mean difference
 */
const afterYear = (seed: number, error: number, isAnchored: boolean): number => {
  const { next } = createRng(seed);
  const measured = (difference: number): ConfidenceInterval => {
    const mean = difference + error * normal(next);
    return { mean, low: mean - 1.96 * error, high: mean + 1.96 * error, confidence: 0.95 };
  };
  const config = { ...resolvedConfig().gate, rule: 'non_inferior' as const, margin: MARGIN };
  const truth = new Map([['0', 0.5]]);
  const qualityOf = (version: string): number => truth.get(version) ?? Number.NaN;
  const at = (week: number): number => Date.parse('2026-01-05T00:00:00Z') + week * 7 * DAY_MS;
  const stintOf = (version: string, week: number): Stint => ({
    ...{ version, seq: week + 1, since: new Date(at(week)).toISOString(), isReverted: false },
    // Measured on its own test part.
    ndcgAt10: qualityOf(version) + error * normal(next),
  });
  const stints = [stintOf('0', 0)];
  let champion = '0';
  for (let week = 1; week <= WEEKS; week += 1) {
    const version = String(week);
    const quality = qualityOf(champion) - LOSS;
    truth.set(version, quality);
    const best = isAnchored ? bestAncestor({ stints }, at(week)) : null;
    const anchor =
      best === null || best === champion
        ? null
        : {
            ...{ version: best, run_id: best, ndcg_at_10: qualityOf(best), ci: measured(quality - qualityOf(best)) },
            ...{ users: 5000, margin_p_value: 0.001, problem: null },
          };
    const { decision } = decideGate(config, {
      candidate: { version, run_id: version, ndcg_at_10: quality },
      champion: { version: champion, run_id: champion, ndcg_at_10: qualityOf(champion) },
      ...{ ci: measured(-LOSS), pairedTest: null, dcg: null, guards: [], ancestor: anchor },
      ...{ comparedWith: champion, championProblem: null },
    });
    if (decision === 'promoted') {
      champion = version;
      stints.push(stintOf(version, week));
    }
  }
  return qualityOf(champion);
};

describe('policy/gate: a year of non_inferior promotions', () => {
  const chains = 200;
  const meanLoss = (error: number, isAnchored: boolean): number =>
    Array.from({ length: chains }, (_, seed) => 0.5 - afterYear(seed, error, isAnchored)).reduce((a, b) => a + b, 0) /
    chains;

  it('loses no more than one margin, where each alone would pass', () => {
    const anchored = meanLoss(0.001, true);
    expect(anchored).toBeLessThanOrEqual(MARGIN);
    // It is the margin that ends the creeping, and nothing else.
    expect(anchored).toBeGreaterThan(MARGIN / 2);
    expect(meanLoss(0.001, false)).toBeGreaterThan(3 * MARGIN);
  });

  it('with small test parts it loses a fraction of their standard error more: 52 tests err at 2.5 % each', () => {
    expect(meanLoss(0.003, true)).toBeLessThanOrEqual(MARGIN + 0.003 / 2);
  });

  it('values of any users never let a guard throw', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }).chain((n) => fc.tuple(values(n), values(n))),
        ([candidate, champion]) => {
          const test = nonInferiorityTest({ candidate, champion, margin: 0.02, resamples: 50, seed: 1 });
          expect(test === null).toBe(candidate.length < 2);
          expect(test === null || (test.pValue > 0 && test.pValue <= 1)).toBe(true);
        },
      ),
    );
  });
});
