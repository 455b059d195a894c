/** What `tt-exp gate` asks for and gets. */
import type { DatasetSummary } from './dataset.ts';
import type { GateConfig } from './experiment-config.ts';
import type { DecidedVerdict } from './gate.ts';
import type { GateCalibration } from './gate-calibration.ts';
import type { Device } from './local-model.ts';

/** Settings that a config may give; without one, those of the first model's training. */
export interface GateSettings {
  readonly gate: Required<GateConfig>;
  /** Least label that counts as relevant. */
  readonly relevanceThreshold: number | null;
  readonly seed: number | null;
}

interface GateData {
  /** A dataset version; null: that of the first model's training. */
  readonly data: string | null;
  readonly device: Device;
}

export interface GateQuestion extends GateSettings, GateData {
  readonly candidate: string;
  /** null: the champion of `modelName`. */
  readonly against: string | null;
  /** null: the registered model that the candidate is a version of. */
  readonly modelName: string | null;
}

export interface GateAnswer {
  /** As they can be given again. */
  readonly candidate: string;
  /** null: there is no champion. */
  readonly against: string | null;
  readonly dataset: DatasetSummary;
  readonly verdict: DecidedVerdict;
}

export interface CalibrationQuestion extends GateSettings, GateData {
  readonly model: string;
  /** null: `previous` of the registered model. */
  readonly against: string | null;
}

export interface CalibrationAnswer {
  readonly model: string;
  readonly against: string;
  readonly dataset: DatasetSummary;
  readonly calibration: GateCalibration;
}
