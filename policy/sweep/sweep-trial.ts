/** What a sweep knows of each of its trials. Plain data: it survives JSON, and with it a sweep goes on anywhere. */
import type { KnownReport, RungReport } from '../../contracts/rungs.ts';
import type { TrialRecord } from '../../contracts/sweep.ts';
import type { TrialParams } from '../../contracts/trial.ts';
import type { RungDecision } from '../schedulers/scheduler.ts';

/**
 * pending: planned. running: a worker trains it. waiting: at a rung, for the reports of others. ready: may go on, once
 * a slot is free. The others are ends.
 */
export type SweepTrialState =
  | 'pending'
  | 'running'
  | 'waiting'
  | 'ready'
  | 'completed'
  | 'pruned'
  | 'failed'
  | 'cancelled';

export interface SweepTrial {
  readonly index: number;
  readonly params: TrialParams;
  readonly state: SweepTrialState;
  readonly reports: readonly RungReport[];
  /** One for each rung that was decided about, in the order of the rungs. */
  readonly decisions: readonly RungDecision[];
  /** What an earlier, equal trial has shown at the rungs to come: taken instead of training. */
  readonly known: readonly KnownReport[];
}

export const hasEnded = ({ state }: Pick<SweepTrial, 'state'>): boolean =>
  state === 'completed' || state === 'pruned' || state === 'failed' || state === 'cancelled';

const RECORD_STATUS = {
  pending: 'pending',
  running: 'running',
  waiting: 'running',
  ready: 'running',
  completed: 'completed',
  pruned: 'pruned',
  failed: 'failed',
  cancelled: 'cancelled',
} as const;

/** The trial as samplers see it. */
export const recordOf = ({ index, params, state, reports }: SweepTrial): TrialRecord => ({
  index,
  params,
  status: RECORD_STATUS[state],
  reports,
  value: state === 'completed' || state === 'pruned' ? (reports.at(-1)?.value ?? null) : null,
});

/** As if it had only been started: what a proposal is shown of a trial that it must not look at yet. */
export const veiledRecordOf = ({ index, params }: SweepTrial): TrialRecord => ({
  index,
  params,
  status: 'running',
  reports: [],
  value: null,
});
