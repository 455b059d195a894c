/** What ends weak trials early: compares trials where they stand at the same epoch budget. */
import type { RungReport } from '../../contracts/rungs.ts';

/** A trial at a rung, as its peers see it. */
export interface RungStanding {
  readonly index: number;
  readonly report: RungReport;
}

export interface RungQuestion {
  readonly index: number;
  /** The trial's own reports by ascending epoch; the last one is the one to decide about. */
  readonly reports: readonly RungReport[];
  /** Position of that rung in `rungs(index)`; never the last one. */
  readonly rung: number;
  /**
   * Reports of other trials of the same group at this rung. In the ordered mode those of all trials with a lower index
   * that reach it, and of none else; in the asynchronous mode those that arrived earlier.
   */
  readonly peers: readonly RungStanding[];
}

export interface RungDecision {
  readonly kind: 'continue' | 'prune';
  /** For people, one sentence with the numbers that decided: "0.31 is below the median 0.35 of 6 trials at epoch 3". */
  readonly reason: string;
}

/**
 * A pure function of its configuration and the question: the same question always gets the same answer. Equal values
 * fare alike, and a tie with what is good enough goes on; a value that is no number ranks below every number and never
 * goes on. A peer that stopped by itself before the rung's epoch budget stands with its last value; one that was pruned
 * or failed before it is no peer there.
 */
export interface Scheduler {
  /** Trials of different groups are not compared with one another (the brackets of Hyperband); a number from 0. */
  group(index: number): number;
  /** Epoch budgets at which trial `index` reports, ascending; the last one is its most epochs. */
  rungs(index: number): readonly number[];
  /** Share of trials that go on past a rung, as far as its kind alone tells; only remaining times are estimated by it. */
  readonly keptShare: number;
  decide(question: RungQuestion): RungDecision;
}
