/** The experiment's state and the snapshot made of it. */
import type { ExperimentInput, ExperimentSnapshot, Phase } from '../contracts/experiment.ts';
import type { TrialView } from '../contracts/trial.ts';
import { GATE_NOT_RUN } from '../policy/gate.ts';

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

export class ExperimentState {
  #snapshot: Mutable<ExperimentSnapshot>;
  #phaseStartedAtMs: number;

  constructor(input: ExperimentInput, workflowId: string, nowMs: number) {
    this.#phaseStartedAtMs = nowMs;
    this.#snapshot = {
      experimentId: input.experimentId,
      workflowId,
      name: input.config.name,
      status: 'running',
      phase: 'prepare',
      timings: {},
      startedAtMs: nowMs,
      dataset: null,
      trials: [],
      bestTrialId: null,
      parentRunId: null,
      mlflowExperimentId: null,
      test: null,
      model: null,
      gate: GATE_NOT_RUN,
      tensorflow: null,
      error: null,
    };
  }

  get snapshot(): ExperimentSnapshot {
    return this.#snapshot;
  }

  update(change: Partial<Omit<ExperimentSnapshot, 'phase' | 'timings'>>): void {
    Object.assign(this.#snapshot, change);
  }

  /** Ends the current phase, records its seconds, and enters the next. */
  enter(phase: Phase, nowMs: number): void {
    const seconds = (nowMs - this.#phaseStartedAtMs) / 1000;
    this.#snapshot.timings = { ...this.#snapshot.timings, [this.#snapshot.phase]: seconds };
    this.#snapshot.phase = phase;
    this.#phaseStartedAtMs = nowMs;
  }

  updateTrial(trialId: string, change: Partial<TrialView>): void {
    this.#snapshot.trials = this.#snapshot.trials.map((view) =>
      view.trialId === trialId ? { ...view, ...change } : view,
    );
  }
}
