/** What `tt-exp gate` asks for and gets. */
import type { DatasetSummary } from './dataset.ts';
import type { GateConfig } from './experiment-config.ts';
import type { DecidedVerdict } from './gate.ts';
import type { GateCalibration } from './gate-calibration.ts';
import type { Device } from './local-model.ts';

interface GateSettings {
  readonly gate: Required<GateConfig>;
  /** Least label that counts as relevant; null: that of the first model's training, as the seed. */
  readonly relevanceThreshold: number | null;
  readonly seed: number | null;
}

/** recorded: those of the experiment that trained the first model, where they are known; else the defaults. */
export type AskedGateSettings =
  | ({ readonly kind: 'config'; readonly file: string } & GateSettings)
  | { readonly kind: 'recorded' };

/** Where the settings of an answer come from. */
export interface GateSettingsOrigin {
  readonly source: 'config' | 'experiment' | 'defaults';
  /** The file, or the experiment's id; null for the defaults. */
  readonly name: string | null;
  /** Why the defaults; null for another source. */
  readonly reason: string | null;
  /** What was changed of them, as `gate.key=value`. */
  readonly set: readonly string[];
}

/** What was asked with. */
export interface AnsweredSettings extends GateSettings {
  readonly origin: GateSettingsOrigin;
}

interface GateData {
  readonly settings: AskedGateSettings;
  /** Changes of single settings, as `gate.key=value`; a config has them in it already. */
  readonly set: readonly string[];
  /** A dataset version; null: that of the first model's training. */
  readonly data: string | null;
  readonly device: Device;
}

export interface GateQuestion extends GateData {
  readonly candidate: string;
  /** null: the champion of `modelName`. */
  readonly against: string | null;
  /** null: the registered model that the candidate is a version of, or that its experiment names. */
  readonly modelName: string | null;
}

export interface GateAnswer {
  /** As they can be given again. */
  readonly candidate: string;
  /** null: there is no champion. */
  readonly against: string | null;
  readonly dataset: DatasetSummary;
  readonly settings: AnsweredSettings;
  readonly replicates: AnsweredReplicates;
  readonly verdict: DecidedVerdict;
}

/** Trainings of the candidate's settings, its own among them: those of `gate.replicates`, and those that exist. */
export interface AnsweredReplicates {
  readonly asked: number;
  readonly used: number;
}

export interface CalibrationQuestion extends GateData {
  readonly model: string;
  /** null: `previous` of the registered model. */
  readonly against: string | null;
}

export interface CalibrationAnswer {
  readonly model: string;
  readonly against: string;
  readonly dataset: DatasetSummary;
  readonly settings: AnsweredSettings;
  readonly calibration: GateCalibration;
}
