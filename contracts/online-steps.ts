/** An experiment online as a workflow: what it begins with, what its steps are asked, how it ends. */
import type { OnlineExperiment } from './online-experiment.ts';
import type { OnlineLosses } from './online-losses.ts';
import type { OnlineReport, OnlineSettings } from './online-report.ts';

/** A challenger that has won is made champion, or waits for a person as challenger. */
export const ON_WIN = ['promote', 'ask'] as const;
export type OnWin = (typeof ON_WIN)[number];

export interface MeasuredOnline {
  readonly report: OnlineReport;
  readonly losses: OnlineLosses;
}

export interface MeasureOnlineRequest {
  readonly experiment: OnlineExperiment;
  readonly settings: OnlineSettings;
}

export interface MeasureOnlineResult extends MeasuredOnline {
  /** Why the experiment does not hold any more, as a clause: an alias has moved, or servers have another definition. */
  readonly broken: string | null;
}

export interface CloseOnlineRequest {
  readonly experiment: OnlineExperiment;
  /** null: nothing was measured. */
  readonly measured: MeasuredOnline | null;
}

export interface OnlineStop {
  readonly by: string;
  readonly reason: string;
}

/**
 * `won`: the challenger is better, and waits for a person. `refused`: it never began. `void`: an alias has moved, or nothing
 * could be measured.
 */
export type OnlineEnd = 'promoted' | 'won' | 'cleared' | 'invalid' | 'stopped' | 'void' | 'refused';

export interface OnlineOutcome {
  readonly end: OnlineEnd;
  /** A sentence. */
  readonly reason: string;
  /** Of the ledger's record; null where nothing was recorded. */
  readonly seq: number | null;
  readonly measured: MeasuredOnline | null;
}

/** One that `serve --ab` began and a person has ended: no workflow tells of it. */
export interface EndedOnline {
  readonly format: 1;
  readonly experiment: OnlineExperiment;
  /** ISO 8601, UTC. */
  readonly ended_at: string;
  /** A sentence: by whom, and why. */
  readonly reason: string;
  /** null: it could not be measured at its end. */
  readonly measured: MeasuredOnline | null;
}

export interface OnlineExperimentInput {
  readonly experiment: OnlineExperiment;
  readonly settings: OnlineSettings;
  readonly on_win: OnWin;
  readonly actor: string;
  readonly reason: string;
  /** Of an execution before this one. */
  readonly continued?: {
    readonly measured: MeasuredOnline | null;
    readonly problem: string | null;
    readonly stop: OnlineStop | null;
  };
}

export interface OnlineSnapshot {
  readonly experiment: OnlineExperiment;
  readonly settings: OnlineSettings;
  readonly on_win: OnWin;
  readonly phase: 'beginning' | 'running' | 'ending';
  /** The latest; null before the first. */
  readonly measured: MeasuredOnline | null;
  /** Why it could not be measured the last time, or what the next step waits for; null: all is well. */
  readonly problem: string | null;
}
