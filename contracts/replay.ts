/** What comes out of an experiment's decisions when they are made again from recorded facts, without training. */
import type { TrialParams } from './trial.ts';

export const REPLAY_SUBJECTS = ['proposal', 'report', 'rung', 'count', 'best', 'gate'] as const;
/**
 * proposal: what the sampler chose. report: a value against the trial's result and its metric history. rung: what the
 * scheduler decided. count: how many trials there were. best: which trial was chosen. gate: the verdict.
 */
export type ReplaySubject = (typeof REPLAY_SUBJECTS)[number];

/** One decision, made again. */
export interface ReplayStep {
  readonly subject: ReplaySubject;
  /** null for what concerns the whole sweep. */
  readonly trialId: string | null;
  /** Epochs at which it was made, for reports and rungs. */
  readonly epoch: number | null;
  /** unknown: the facts do not say enough, `derived` says why. */
  readonly verdict: 'agrees' | 'differs' | 'unknown';
  readonly recorded: string;
  readonly derived: string;
  /** What differs without changing the decision, as a sentence; absent: nothing. */
  readonly note?: string;
}

export interface SweepReplay {
  /** Nothing differs; something may be unknown. */
  readonly agrees: boolean;
  readonly firstDifference: ReplayStep | null;
  /** In the order of trials and rungs, then the sweep's own. */
  readonly steps: readonly ReplayStep[];
}

/** The objective at the best epoch so far, by ascending epoch, every epoch from the first on. */
export type ObjectiveCurve = readonly { readonly epoch: number; readonly value: number }[];

/** How a trial fares under another config. */
export interface CounterfactualTrial {
  readonly trialId: string;
  readonly params: TrialParams;
  /** unknown: from `epochs` on the recorded facts say nothing. */
  readonly outcome: 'completed' | 'pruned' | 'unknown' | 'not_started';
  /** Trained epochs, as far as they are known. */
  readonly epochs: number;
  /** Objective at its last known report. */
  readonly value: number | null;
  /** Why it was pruned, or why nothing is known. */
  readonly reason: string | null;
  /** What became of the trial with these settings in the recorded sweep; null where there was none. */
  readonly recorded: { readonly trialId: string; readonly status: string; readonly epochs: number } | null;
}

export interface Counterfactual {
  readonly trials: readonly CounterfactualTrial[];
  /** Trained under the other config: exact where both are equal. */
  readonly epochs: { readonly least: number; readonly most: number };
  readonly recordedEpochs: number;
  /** The best of the known ones; null where there is none. */
  readonly best: { readonly trialId: string; readonly value: number } | null;
  /** Some unknown trial might have been better. */
  readonly isBestCertain: boolean;
  /** What had to be assumed, and what was left out. */
  readonly notes: readonly string[];
}
