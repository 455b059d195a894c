import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TrialParams } from '../../../contracts/trial.ts';
import { createRng } from '../../../policy/rng.ts';
import type { Sampler } from '../../../policy/samplers/sampler.ts';
import type { Scheduler } from '../../../policy/schedulers/scheduler.ts';
import type { SweepRules } from '../../../policy/sweep/sweep.ts';
import { simulateSweep } from '../../support/simulate-sweep.ts';

/** Proposes near the best value that it is shown, so that each proposal depends on all outcomes before. */
const climbing = (lag: number | null): Sampler => ({
  lag,
  propose: (index, history) => {
    const values = history.flatMap(({ value, params }) => (value === null ? [] : [{ value, x: Number(params.x) }]));
    const sum = values.reduce((total, { value, x }) => total + value * (1 + x), 0);
    const running = history.filter(({ status }) => status === 'running').length;
    return { x: createRng(index * 7919 + Math.round(sum * 1e6) + running * 31).next() };
  },
});

/** The better half goes on at epochs 1, 2 and 4, of 8. Two groups. */
const halving: Scheduler = {
  group: (index) => index % 2,
  rungs: (index) => (index % 2 === 0 ? [1, 2, 4, 8] : [2, 4, 8]),
  keptShare: 0.5,
  decide: ({ reports, peers }) => {
    const own = reports.at(-1)?.value ?? 0;
    const better = peers.filter(({ report }) => report.value > own).length;
    const kept = Math.max(1, Math.ceil((peers.length + 1) / 2));
    return { kind: better < kept ? 'continue' : 'prune', reason: `${better} of ${peers.length} are better` };
  },
};

const whole: Scheduler = {
  group: () => 0,
  rungs: () => [3],
  keptShare: 1,
  decide: () => ({ kind: 'continue', reason: '' }),
};

/** One trial in three has a longer training than the scheduler's rungs reach. */
const maxEpochsOf = ({ x }: TrialParams): number => (Number(x) > 0.66 ? 12 : 8);

const shownAt = ({ x }: TrialParams, epoch: number): number => Math.sin(Number(x) * 50) / (1 + 1 / epoch);
const stopsAt = ({ x }: TrialParams): number | null => (Number(x) < 0.2 ? 3 : null);

const facts = (rules: SweepRules, slots: number, seed: number, renewEvery?: number) => {
  const { state } = simulateSweep({
    rules,
    slots,
    seed,
    shownAt,
    stopsAt,
    ...(renewEvery === undefined ? {} : { renewEvery }),
  });
  return state.trials.map(({ params, state: end, reports, decisions }) => ({
    params,
    end,
    reports: reports.map(({ epoch, value }) => [epoch, value]),
    decisions: decisions.map(({ kind, reason }) => [kind, reason]),
  }));
};

const lags = fc.constantFrom(null, 1, 3, 8);
const trialCount = fc.integer({ min: 1, max: 40 });

describe('policy/sweep', () => {
  it('trials, prunings and reasons are the same with 1, 2, 4 and 16 slots, whatever ends first', () => {
    fc.assert(
      fc.property(lags, trialCount, fc.integer({ min: 1, max: 1e6 }), (lag, maxTrials, seed) => {
        for (const scheduler of [halving, whole]) {
          const rules: SweepRules = { sampler: climbing(lag), scheduler, mode: 'ordered', maxTrials, maxEpochsOf };
          const alone = facts(rules, 1, seed);
          expect(alone).toHaveLength(maxTrials);
          for (const slots of [2, 4, 16]) {
            expect(facts(rules, slots, seed + slots)).toEqual(alone);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('goes on from its state as if it had not been interrupted, in both modes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('ordered' as const, 'asynchronous' as const),
        lags,
        trialCount,
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 1, max: 5 }),
        (mode, lag, maxTrials, seed, renewEvery) => {
          const rules: SweepRules = { sampler: climbing(lag), scheduler: halving, mode, maxTrials, maxEpochsOf };
          expect(facts(rules, 3, seed, renewEvery)).toEqual(facts(rules, 3, seed));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('occupies no more slots than there are, and all of them where nothing has to be waited for', () => {
    fc.assert(
      fc.property(trialCount, fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1 }), (maxTrials, slots, seed) => {
        const rules: SweepRules = {
          sampler: climbing(null),
          scheduler: whole,
          mode: 'ordered',
          maxTrials,
          maxEpochsOf,
        };
        const { mostRunning } = simulateSweep({ rules, slots, seed, shownAt });
        expect(mostRunning).toBe(Math.min(slots, maxTrials));
      }),
    );
  });

  it('what earlier trials have shown is taken instead of training, with the same outcome', () => {
    const rules: SweepRules = { sampler: climbing(3), scheduler: halving, mode: 'ordered', maxTrials: 20, maxEpochsOf };
    const first = simulateSweep({ rules, slots: 2, seed: 3, shownAt, stopsAt });
    const again = simulateSweep({ rules, slots: 4, seed: 5, shownAt, stopsAt, knownFrom: first.state });
    expect(again.epochs).toBe(0);
    expect(again.state.trials.map(({ state, params }) => [state, params])).toEqual(
      first.state.trials.map(({ state, params }) => [state, params]),
    );
  });
});
