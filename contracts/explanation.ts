/** Why one trial came to be, and to end, as it did. */
import type { TrialParams, TrialStatus } from './trial.ts';

export interface TrialExplanation {
  readonly trialId: string;
  readonly status: TrialStatus;
  readonly params: TrialParams;
  readonly proposal: {
    /** `enqueued`: named in the config. `only`: the experiment has no sweep. */
    readonly by: 'sampler' | 'enqueued' | 'only';
    readonly sampler: string | null;
    /** Trials whose outcomes it rests on. */
    readonly from: readonly string[];
    readonly sentence: string;
  };
  /** Decisions of the scheduler, made again from the recorded reports. */
  readonly rungs: readonly {
    readonly epoch: number;
    readonly value: number;
    readonly decision: 'continue' | 'prune' | 'last' | 'open';
    readonly sentence: string;
  }[];
  /** How it ended. */
  readonly end: string;
  /** Where it stands by the objective; null without a value. */
  readonly standing: {
    readonly value: number;
    readonly place: number;
    readonly of: number;
    readonly isBest: boolean;
    /** Of the best trial the next one, of any other the best one; null where there is none. */
    readonly other: { readonly trialId: string; readonly value: number; readonly margin: number } | null;
    readonly sentence: string;
  } | null;
  /** Facts about it that do not agree with the decisions made again; empty where all is in order. */
  readonly differences: readonly string[];
}
