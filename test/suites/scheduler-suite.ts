/** What every scheduler promises, whatever its settings. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ResolvedScheduler } from '../../contracts/resolved-config.ts';
import { createScheduler } from '../../policy/schedulers/create-scheduler.ts';
import type { RungQuestion, Scheduler } from '../../policy/schedulers/scheduler.ts';
import { SCHEDULER_SETTINGS } from '../support/experiment-fixtures.ts';

const value = fc.oneof(
  { weight: 9, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
  { weight: 1, arbitrary: fc.constant(Number.NaN) },
);
const settings = fc.record({
  min_epochs: fc.integer({ min: 1, max: 40 }),
  reduction: fc.oneof(fc.constantFrom(2, 3, 4), fc.double({ min: 1.05, max: 100, noNaN: true })),
  interval_epochs: fc.integer({ min: 1, max: 20 }),
  warmup_trials: fc.integer({ min: 1, max: 8 }),
  rungs_without_gain: fc.integer({ min: 1, max: 5 }),
  min_gain: fc.constantFrom(0, 0.01, 0.5),
  mode: fc.constantFrom('ordered' as const, 'asynchronous' as const),
});
const maxEpochs = fc.integer({ min: 1, max: 200 });
const trial = fc.integer({ min: 0, max: 500 });

/**
 * A question about the rung that as many values of the trial's own lead to; where a trial has fewer rungs, about its last
 * one, which a sweep never asks about.
 */
const questionOf = (
  scheduler: Scheduler,
  index: number,
  { own, peers }: { readonly own: readonly number[]; readonly peers: readonly number[] },
): RungQuestion => {
  const budgets = scheduler.rungs(index).slice(0, own.length);
  const values = own.slice(-budgets.length);
  return {
    index,
    rung: budgets.length - 1,
    reports: budgets.map((epoch, rung) => ({ epoch, value: values[rung] ?? Number.NaN, sequence: 100 + rung })),
    peers: peers.map((peer, place) => ({
      index: index + 1 + place,
      report: { epoch: budgets.at(-1) ?? 0, value: peer, sequence: place },
    })),
  };
};

export const describeScheduler = (type: ResolvedScheduler['type']): void => {
  const title = (behaviour: string): string => `policy/schedulers/${type}: ${behaviour}`;
  const create = (change: Partial<ResolvedScheduler>, epochs: number): Scheduler =>
    createScheduler({ ...SCHEDULER_SETTINGS, ...change, type }, epochs);
  const asked = fc.record({
    own: fc.array(value, { minLength: 1, maxLength: 6 }),
    peers: fc.array(value, { maxLength: 12 }),
  });

  test(title('rungs are whole, ascend, and end at the most epochs'), () => {
    fc.assert(
      fc.property(settings, maxEpochs, trial, (change, epochs, index) => {
        const rungs = create(change, epochs).rungs(index);
        expect(rungs.at(-1)).toBe(epochs);
        expect(rungs.every(Number.isSafeInteger)).toBe(true);
        expect(rungs).toEqual([...new Set(rungs)].sort((a, b) => a - b));
        expect(rungs[0]).toBeGreaterThanOrEqual(Math.min(change.min_epochs, epochs));
      }),
    );
  });

  test(title('a first rung at or beyond the most epochs leaves that one rung'), () => {
    fc.assert(
      fc.property(settings, maxEpochs, fc.nat(50), trial, (change, epochs, beyond, index) => {
        expect(create({ ...change, min_epochs: epochs + beyond }, epochs).rungs(index)).toEqual([epochs]);
      }),
    );
  });

  test(title('the same question gets the same answer, in words, whatever was asked before'), () => {
    fc.assert(
      fc.property(settings, maxEpochs, trial, asked, asked, (change, epochs, index, one, other) => {
        const scheduler = create(change, epochs);
        const question = questionOf(scheduler, index, one);
        const before = questionOf(scheduler, index + 1, other);
        const answer = scheduler.decide(question);
        scheduler.decide(before);
        expect(scheduler.decide(question)).toEqual(answer);
        expect(create(change, epochs).decide(question)).toEqual(answer);
        expect(answer.reason).toMatch(/^(?!.*(NaN|Infinity|undefined)).*\w$/);
      }),
    );
  });

  test(title('the order of the peers plays no part'), () => {
    fc.assert(
      fc.property(settings, maxEpochs, trial, asked, (change, epochs, index, values) => {
        const scheduler = create(change, epochs);
        const question = questionOf(scheduler, index, values);
        const reversed = { ...question, peers: question.peers.toReversed() };
        expect(scheduler.decide(reversed)).toEqual(scheduler.decide(question));
      }),
    );
  });

  test(title('a value that is no number never goes on'), () => {
    fc.assert(
      fc.property(settings, maxEpochs, trial, asked, (change, epochs, index, { own, peers }) => {
        const scheduler = create(change, epochs);
        const question = questionOf(scheduler, index, { own: [...own.slice(1), Number.NaN], peers });
        expect(scheduler.decide(question).kind).toBe('prune');
      }),
    );
  });

  test(title('the best value among its peers, or one equal to it, goes on'), () => {
    fc.assert(
      fc.property(settings, maxEpochs, trial, asked, (change, epochs, index, { peers }) => {
        const scheduler = create(change, epochs);
        const best = Math.max(0, ...peers.filter((peer) => !Number.isNaN(peer)));
        const question = questionOf(scheduler, index, { own: [best], peers });
        expect(scheduler.decide(question).kind).toBe('continue');
      }),
    );
  });

  test(title('a group is a number from 0, and all its trials have the same rungs'), () => {
    fc.assert(
      fc.property(settings, maxEpochs, trial, trial, (change, epochs, one, other) => {
        const scheduler = create(change, epochs);
        expect(scheduler.group(one)).toBeGreaterThanOrEqual(0);
        fc.pre(scheduler.group(one) === scheduler.group(other));
        expect(scheduler.rungs(one)).toEqual(scheduler.rungs(other));
      }),
    );
  });
};
