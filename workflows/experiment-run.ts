/** One execution of an experiment: what all of its phases and messages share. */
import {
  type ExperimentInput,
  type ExperimentOutcome,
  type ExperimentSnapshot,
  endedTrials,
} from '../contracts/experiment.ts';
import type { Provenance } from '../contracts/steps.ts';
import type { SweepControl } from '../contracts/sweep.ts';
import { training } from '../policy/experiment-stages.ts';
import { pickBestTrial } from '../policy/selection.ts';
import type { Replies } from './ask-owner.ts';
import type { ExperimentState } from './experiment-state.ts';
import type { SweepConductor } from './sweep-conductor.ts';

export interface ExperimentRun {
  readonly input: ExperimentInput;
  readonly state: ExperimentState;
  readonly provenance: Provenance;
  /** null until the config has been understood. */
  conductor: SweepConductor | null;
  /** null before the sweep has ended, and where the gate asks for none. */
  replicates: SweepConductor | null;
  readonly replies: Replies;
  /** How each notification went. */
  readonly told: string[];
  /** Its parent run in MLflow has been closed: nothing of it is written any more. */
  isClosed: boolean;
}

/** Configs of earlier versions ask for none. */
const replicatesIn = ({ input, replicates }: ExperimentRun): Pick<ExperimentSnapshot, 'replicates'> => {
  const { replicates: of = 1 } = input.config.gate;
  return of === 1 ? {} : { replicates: { of, trials: replicates?.trials ?? [] } };
};

const steeringOf = ({ control }: SweepConductor): Pick<SweepControl, 'isPaused' | 'maxParallel'> => ({
  isPaused: control.isPaused,
  maxParallel: control.maxParallel,
});

/** The state with what the sweep knows by now. Changes nothing. */
export const currentSnapshot = (run: ExperimentRun): ExperimentSnapshot => {
  const { state, conductor, input } = run;
  if (conductor === null) {
    return state.snapshot;
  }
  const snapshot = { ...state.snapshot, ...replicatesIn(run) };
  const { trials } = conductor;
  const sweep =
    input.config.sweep === null ? null : { ...conductor.control, ...steeringOf(run.replicates ?? conductor) };
  if (snapshot.phase !== 'train') {
    return { ...snapshot, trials, sweep };
  }
  const best = pickBestTrial(trials, snapshot.objective.direction);
  return { ...snapshot, ...training(snapshot, best), trials, sweep };
};

export const outcomeOf = (snapshot: ExperimentSnapshot): ExperimentOutcome => ({
  trials: endedTrials(snapshot),
  best: pickBestTrial(snapshot.trials, snapshot.objective.direction)?.value ?? null,
  metric: snapshot.objective.metric,
  gate: { decision: snapshot.gate.decision },
  parentRunId: snapshot.parentRunId,
});
