import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SweepFacts } from '../../../contracts/experiment.ts';
import type { ResolvedScheduler } from '../../../contracts/resolved-config.ts';
import type { TrialView } from '../../../contracts/trial.ts';
import { counterfactualSweep } from '../../../policy/sweep/counterfactual-sweep.ts';
import { replaySweep } from '../../../policy/sweep/replay-sweep.ts';
import { asTrial, changed, type TrialFields } from '../../support/experiment-views.ts';
import { factsOf, simulate, sweepConfig, valueAt } from '../../support/sweep-facts.ts';

const schedulers: fc.Arbitrary<Partial<ResolvedScheduler>> = fc.record({
  type: fc.constantFrom('none', 'asha', 'hyperband', 'median', 'patience'),
  reduction: fc.constantFrom(2, 3),
  interval_epochs: fc.constantFrom(1, 2),
  warmup_trials: fc.constantFrom(1, 3),
  rungs_without_gain: fc.constantFrom(1, 2),
  min_gain: fc.constantFrom(0, 0.05),
});
const modes = fc.constantFrom('ordered' as const, 'asynchronous' as const);
const seeds = fc.integer({ min: 1, max: 1e6 });
const slotCounts = fc.integer({ min: 1, max: 6 });

const changeTrial = (
  facts: SweepFacts,
  index: number,
  change: (trial: TrialView) => Partial<TrialFields>,
): SweepFacts => ({
  ...facts,
  snapshot: {
    ...facts.snapshot,
    trials: facts.snapshot.trials.map((trial, place) =>
      place === index ? asTrial({ ...trial, ...change(trial) }) : trial,
    ),
  },
});

const wholeCurves = ({ snapshot }: SweepFacts) =>
  Object.fromEntries(
    snapshot.trials.map(({ trialId, params, result }) => {
      const curve = Array.from({ length: result?.epochs ?? 0 }, (_, place) => ({
        epoch: place + 1,
        value: valueAt(params, place + 1),
      }));
      return [trialId, curve];
    }),
  );

describe('policy/sweep/replay-sweep', () => {
  it('agrees with every simulated sweep, in both modes and with its metric history', () => {
    fc.assert(
      fc.property(schedulers, modes, seeds, slotCounts, (scheduler, mode, seed, slots) => {
        const config = sweepConfig(seed, { ...scheduler, mode });
        const facts = factsOf(config, simulate(config, slots, seed));
        for (const curves of [{}, wholeCurves(facts)]) {
          const replay = replaySweep(facts, curves);
          expect(replay.firstDifference).toBeNull();
          expect(replay.steps.filter(({ verdict }) => verdict !== 'agrees')).toEqual([]);
          expect(replay.steps.filter(({ subject }) => subject === 'proposal')).toHaveLength(12);
        }
      }),
      { numRuns: 80 },
    );
  });

  it('finds a report, a reason, a parameter or a best trial that was changed', () => {
    fc.assert(
      fc.property(schedulers, modes, seeds, fc.nat(11), (scheduler, mode, seed, index) => {
        const config = sweepConfig(seed, { ...scheduler, mode });
        const facts = factsOf(config, simulate(config, 2, seed));
        const differs = (changed: SweepFacts) => expect(replaySweep(changed).agrees).toBe(false);
        differs(
          changeTrial(facts, index, ({ reports }) => ({
            reports: reports.map((report, place) =>
              place === reports.length - 1 ? { ...report, value: report.value + 0.1 } : report,
            ),
          })),
        );
        differs(changeTrial(facts, index, () => ({ params: { 'training.learning_rate': 0.5 } })));
        if (facts.snapshot.trials[index]?.status === 'pruned') {
          differs(changeTrial(facts, index, () => ({ reason: 'no reason at all' })));
        }
        differs({ ...facts, snapshot: changed(facts.snapshot, { bestTrialId: 'trial-099' }) });
        differs({ ...facts, snapshot: { ...facts.snapshot, trials: facts.snapshot.trials.slice(0, -1) } });
      }),
      { numRuns: 40 },
    );
  });

  it('with the metric history, finds a changed report of an earlier rung', () => {
    const config = sweepConfig(7, { type: 'asha', reduction: 3 });
    const facts = factsOf(config, simulate(config, 2, 7));
    const index = facts.snapshot.trials.findIndex(({ reports }) => reports.length > 1);
    const changed = changeTrial(facts, index, ({ reports }) => ({
      reports: reports.map((report, place) => (place === 0 ? { ...report, value: report.value + 1e-6 } : report)),
    }));
    const { firstDifference } = replaySweep(changed, wholeCurves(facts));
    expect(firstDifference).toMatchObject({ subject: 'report', trialId: facts.snapshot.trials[index]?.trialId });
  });
});

/** What really happens under a config, by trial. */
const truthOf = (facts: SweepFacts) =>
  facts.snapshot.trials.map(({ status, result, reason }) => ({ outcome: status, epochs: result?.epochs, reason }));

describe('policy/sweep/counterfactual-sweep', () => {
  it('policy/sweep/counterfactual-sweep: with the same config it is what has happened', () => {
    fc.assert(
      fc.property(schedulers, seeds, slotCounts, (scheduler, seed, slots) => {
        const config = sweepConfig(seed, scheduler);
        const simulated = simulate(config, slots, seed);
        const facts = factsOf(config, simulated);
        const other = counterfactualSweep(facts, config);
        expect(other.trials.map(({ outcome, epochs, reason }) => ({ outcome, epochs, reason }))).toEqual(
          truthOf(facts),
        );
        expect(other.epochs).toEqual({ least: simulated.epochs, most: simulated.epochs });
        expect([other.best?.trialId, other.isBestCertain]).toEqual([facts.snapshot.bestTrialId, true]);
      }),
      { numRuns: 80 },
    );
  });

  it('policy/sweep/counterfactual-sweep: whatever it claims is what the other config really does', () => {
    let claims = 0;
    let unknown = 0;
    fc.assert(
      fc.property(schedulers, schedulers, seeds, fc.boolean(), (scheduler, other, seed, hasCurves) => {
        const config = sweepConfig(seed, scheduler);
        const facts = factsOf(config, simulate(config, 2, seed));
        const changed = sweepConfig(seed, other);
        const truth = factsOf(changed, simulate(changed, 3, seed + 1));
        const result = counterfactualSweep(facts, changed, hasCurves ? wholeCurves(facts) : {});
        const real = truthOf(truth);
        for (const [index, { outcome, epochs, reason }] of result.trials.entries()) {
          unknown += outcome === 'unknown' ? 1 : 0;
          if (outcome !== 'unknown') {
            claims += 1;
            expect({ outcome, epochs }).toEqual({ outcome: real[index]?.outcome, epochs: real[index]?.epochs });
            if (result.isBestCertain) {
              expect(reason).toBe(real[index]?.reason);
            }
          }
        }
        const trained = truth.snapshot.trials.reduce((sum, trial) => sum + (trial.result?.epochs ?? 0), 0);
        expect(result.epochs.least).toBeLessThanOrEqual(trained);
        expect(result.epochs.most).toBeGreaterThanOrEqual(trained);
        if (result.isBestCertain) {
          expect(result.best?.trialId).toBe(truth.snapshot.bestTrialId);
        }
      }),
      { numRuns: 150 },
    );
    // Both happen often, or the law above says nothing.
    expect(Math.min(claims, unknown)).toBeGreaterThan(100);
  });

  it('policy/sweep/counterfactual-sweep: settings or data that nobody has trained are unknown', () => {
    const config = sweepConfig(3, { type: 'asha' });
    const facts = factsOf(config, simulate(config, 2, 3));
    const longer = { ...config, training: { ...config.training, batch_size: 32 } };
    const { trials, best, isBestCertain } = counterfactualSweep(facts, longer);
    expect(new Set(trials.map(({ outcome }) => outcome))).toEqual(new Set(['unknown']));
    expect([trials[0]?.reason, best, isBestCertain]).toEqual([
      'no trial with these settings and data was recorded',
      null,
      false,
    ]);
  });
});
