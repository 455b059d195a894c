/** What an experiment's decisions rested on, and where it was found. */
import type { PendingStep, SweepFacts } from './experiment.ts';
import type { ObjectiveCurve } from './replay.ts';

/** What is recorded of an experiment, in Temporal or, after its retention, with the parent run in MLflow. */
export interface ExperimentFacts extends Omit<SweepFacts, 'format'> {
  readonly origin: 'temporal' | 'mlflow';
  /** Id of the experiment that this one extends. */
  readonly extends: string | null;
  /** What it waits for at the moment; absent where it has ended. */
  readonly steps?: readonly PendingStep[];
}

/** The objective at the best epoch so far, and when the epoch had ended; by ascending epoch. */
export type TimedCurve = readonly { readonly epoch: number; readonly value: number; readonly atMs: number }[];

/** Trial or replicate id to what it had shown when; missing where nothing is recorded. */
export type TimedCurves = Readonly<Record<string, TimedCurve>>;

/** What the process of a training used during its last epoch. */
export interface RecordedUsage {
  /** 100 is one core. */
  readonly cpuPercent: number;
  readonly memoryMegabytes: number;
  readonly epoch: number;
  /** Of its GPU, all programs together; each absent where it is not recorded of this epoch. */
  readonly gpuPercent?: number;
  readonly gpuMemoryMegabytes?: number;
  readonly gpuMemoryPercent?: number;
}

/** Trial or replicate id to its usage; missing where nothing is recorded. */
export type RecordedUsages = Readonly<Record<string, RecordedUsage>>;

/** Trial id to metric history. */
export type ObjectiveCurves = Readonly<Record<string, ObjectiveCurve>>;
