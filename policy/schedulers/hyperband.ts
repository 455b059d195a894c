/**
 * Hyperband over asynchronous successive halving: brackets that differ in their first rung, because how early a weak
 * trial can be told is not known. Source: Li et al. 2018, Hyperband, algorithm 1 (the sizes of the brackets); Li et al.
 * 2020 (asynchronous brackets).
 */
import type { ResolvedScheduler } from '../../contracts/resolved-config.ts';
import { keepBestShare } from './asha.ts';
import { geometricRungs, timesReduced } from './rungs.ts';
import type { Scheduler } from './scheduler.ts';

interface Bracket {
  readonly rungs: readonly number[];
  /** Trials of this bracket in one turn of the rotation. */
  readonly trials: number;
}

/** From the earliest first rung to trials that run to their end unasked. */
const bracketsOf = ({ min_epochs, reduction }: ResolvedScheduler, maxEpochs: number): readonly Bracket[] => {
  const all = geometricRungs(min_epochs, reduction, maxEpochs);
  const last = Math.min(all.length - 1, timesReduced(min_epochs, reduction, maxEpochs));
  let fraction = 1;
  const sizes = Array.from({ length: last + 1 }, (_, halvings) => {
    const size = Math.ceil(((last + 1) / (halvings + 1)) * fraction - 1e-9);
    fraction *= reduction;
    return size;
  }).reverse();
  return sizes.map((trials, skipped) => ({ rungs: skipped === last ? [maxEpochs] : all.slice(skipped), trials }));
};

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

/** A stride near the golden section that meets every place of a turn once and spreads each bracket over it. */
const strideOf = (turn: number): number => {
  let stride = Math.max(1, Math.round(turn * 0.618));
  while (greatestDivisor(stride, turn) !== 1) {
    stride += 1;
  }
  return stride;
};

export const createHyperband = (scheduler: ResolvedScheduler, maxEpochs: number): Scheduler => {
  const brackets = bracketsOf(scheduler, maxEpochs);
  const turn = brackets.reduce((sum, { trials }) => sum + trials, 0);
  const stride = strideOf(turn);
  const group = (index: number): number => {
    let place = ((index % turn) * stride) % turn;
    return brackets.findIndex(({ trials }) => {
      place -= trials;
      return place < 0;
    });
  };
  return {
    group,
    rungs: (index) => brackets[group(index)]?.rungs ?? [maxEpochs],
    keptShare: 1 / scheduler.reduction,
    decide: (question) => keepBestShare(question, scheduler.reduction),
  };
};
