/** The experiment's state and the snapshot made of it. */
import { setCurrentDetails } from '@temporalio/workflow';
import type {
  ExperimentEnding,
  ExperimentFrame,
  ExperimentInput,
  ExperimentProgress,
  ExperimentSnapshot,
  ExperimentStage,
  RegisteredModel,
} from '../contracts/experiment.ts';
import { GATE_NOT_RUN } from '../contracts/gate.ts';
import { objectiveOf } from '../contracts/objective.ts';
import { readSnapshot } from '../contracts/read-snapshot.ts';
import { describeProgress } from '../policy/describe-progress.ts';
import { preparing } from '../policy/experiment-stages.ts';

const beginning = (
  { experimentId, config }: ExperimentInput,
  workflowId: string,
  nowMs: number,
): ExperimentSnapshot => ({
  ...{ experimentId, workflowId, name: config.name, objective: objectiveOf(config), startedAtMs: nowMs },
  ...{ timings: {}, source: null, dataWarnings: [], leftOut: null, trials: [], sweep: null, gate: GATE_NOT_RUN },
  ...{ status: 'running', error: null },
  ...preparing(null),
});

export class ExperimentState {
  #snapshot: ExperimentSnapshot;
  #phaseStartedAtMs: number;

  constructor(input: ExperimentInput, workflowId: string, nowMs: number) {
    const { progress, config } = input;
    this.#phaseStartedAtMs = progress?.phaseStartedAtMs ?? nowMs;
    this.#snapshot =
      progress === undefined ? beginning(input, workflowId, nowMs) : readSnapshot(progress.snapshot, config);
  }

  get snapshot(): ExperimentSnapshot {
    return this.#snapshot;
  }

  update(change: Partial<Omit<ExperimentFrame, 'timings'>>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
  }

  /** Something that changes nothing of the outcome, but leaves a trace missing. */
  addProblem(problem: string): void {
    this.update({ problems: [...(this.#snapshot.problems ?? []), problem] });
  }

  end(ending: ExperimentEnding): void {
    this.#snapshot = { ...this.#snapshot, ...ending };
  }

  /** The current phase has found out more; or it ends, its seconds are recorded, and the next one begins. */
  reach(stage: ExperimentStage, nowMs: number): void {
    const { phase, timings } = this.#snapshot;
    this.#snapshot = { ...this.#snapshot, ...stage };
    if (stage.phase !== phase) {
      this.#snapshot = { ...this.#snapshot, timings: { ...timings, [phase]: (nowMs - this.#phaseStartedAtMs) / 1000 } };
      this.#phaseStartedAtMs = nowMs;
      setCurrentDetails(describeProgress(this.#snapshot));
    }
  }

  /** The gate has moved the aliases of the version that was registered. */
  setModel(model: RegisteredModel): void {
    const snapshot = this.#snapshot;
    if (snapshot.phase === 'gate') {
      this.#snapshot = { ...snapshot, model };
    }
  }

  /** For an execution that goes on where this one stops. */
  progress(sweep: unknown, replicates: unknown): ExperimentProgress {
    // Trials are in the sweep's own state; twice they would be too much for one message.
    const snapshot = { ...this.#snapshot, trials: [] };
    return {
      ...{ snapshot, sweep, phaseStartedAtMs: this.#phaseStartedAtMs },
      ...(replicates === null ? {} : { replicates }),
    };
  }
}
