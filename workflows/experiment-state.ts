/** The experiment's state and the snapshot made of it. */
import { setCurrentDetails } from '@temporalio/workflow';
import type { ExperimentInput, ExperimentProgress, ExperimentSnapshot, Phase } from '../contracts/experiment.ts';
import { GATE_NOT_RUN } from '../contracts/gate.ts';
import { objectiveOf } from '../contracts/objective.ts';
import { readSnapshot } from '../contracts/read-snapshot.ts';
import { describeProgress } from '../policy/describe-progress.ts';

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

export class ExperimentState {
  #snapshot: Mutable<ExperimentSnapshot>;
  #phaseStartedAtMs: number;

  constructor(input: ExperimentInput, workflowId: string, nowMs: number) {
    this.#phaseStartedAtMs = input.progress?.phaseStartedAtMs ?? nowMs;
    this.#snapshot = (input.progress == null ? null : readSnapshot(input.progress.snapshot, input.config)) ?? {
      experimentId: input.experimentId,
      workflowId,
      name: input.config.name,
      objective: objectiveOf(input.config),
      status: 'running',
      phase: 'prepare',
      timings: {},
      startedAtMs: nowMs,
      source: null,
      dataWarnings: [],
      leftOut: null,
      dataset: null,
      trials: [],
      sweep: null,
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

  /** Something that changes nothing of the outcome, but leaves a trace missing. */
  addProblem(problem: string): void {
    this.#snapshot.problems = [...(this.#snapshot.problems ?? []), problem];
  }

  /** Ends the current phase, records its seconds, and enters the next. */
  enter(phase: Phase, nowMs: number): void {
    const seconds = (nowMs - this.#phaseStartedAtMs) / 1000;
    this.#snapshot.timings = { ...this.#snapshot.timings, [this.#snapshot.phase]: seconds };
    this.#snapshot.phase = phase;
    this.#phaseStartedAtMs = nowMs;
    setCurrentDetails(describeProgress(this.#snapshot));
  }

  /** For an execution that goes on where this one stops. */
  progress(sweep: unknown): ExperimentProgress {
    // Trials are in the sweep's own state; twice they would be too much for one message.
    const snapshot = { ...this.#snapshot, trials: [] };
    return { snapshot, sweep, phaseStartedAtMs: this.#phaseStartedAtMs };
  }
}
