/** What MLflow keeps of one training: settings, epochs, model and circumstances. */
import { recordedSettings } from '../config/recorded-settings.ts';
import { TtExpError } from '../contracts/errors.ts';
import { type EpochRecord, epochMetrics } from '../contracts/metrics.ts';
import { ARTIFACT, TAG } from '../contracts/names.ts';
import type { CircumstanceName } from '../contracts/reproduction.ts';
import type { TrialSettings } from '../contracts/trial.ts';
import type { EpochValues } from '../policy/reproduction/compare-trainings.ts';
import { findRecordedRun } from '../registry/find-run.ts';
import type { RunReader } from '../registry/ports.ts';
import type { LocalTracking } from './ports.ts';

type RecordPort = RunReader & Pick<LocalTracking, 'metricHistory'>;

export interface RecordedTraining {
  readonly runId: string;
  readonly experimentId: string | null;
  readonly trialId: string | null;
  readonly datasetVersion: string;
  /** What it was really trained with, after running out of memory too. */
  readonly settings: TrialSettings;
  readonly outOfMemory: string | null;
  /** The artifact, and what was logged as metrics: the two are written apart from each other. */
  readonly history: readonly EpochValues[];
  readonly metrics: readonly EpochValues[];
  /** Path to digest; null where the run has no model. */
  readonly modelFiles: Readonly<Record<string, string>> | null;
  readonly circumstances: Readonly<Record<CircumstanceName, string | null>>;
}

export const valuesOf = (history: readonly EpochRecord[]): readonly EpochValues[] =>
  history.map((record) => ({ epoch: record.epoch, values: epochMetrics(record) }));

const readMetrics = async (tracking: RecordPort, runId: string, names: readonly string[]): Promise<EpochValues[]> => {
  const epochs = new Map<number, Record<string, number>>();
  for (const name of names) {
    for (const { step, value } of await tracking.metricHistory(runId, name)) {
      epochs.set(step, { ...epochs.get(step), [name]: value });
    }
  }
  return [...epochs].map(([epoch, values]) => ({ epoch, values })).sort((a, b) => a.epoch - b.epoch);
};

/** Throws USAGE, RUN_NOT_FOUND, and CONFIG_INVALID for settings that this version does not know. */
export const readRecordedTraining = async (tracking: RecordPort, text: string): Promise<RecordedTraining> => {
  const { runId, tags } = await findRecordedRun(tracking, text);
  const [config, history, manifest] = await Promise.all(
    [ARTIFACT.config, ARTIFACT.history, `${ARTIFACT.modelFolder}/manifest.json`].map((path) =>
      tracking.getArtifactText(runId, path),
    ),
  );
  const datasetVersion = tags[TAG.datasetVersion];
  if (config == null || history == null || datasetVersion === undefined) {
    const missing = config == null ? ARTIFACT.config : history == null ? ARTIFACT.history : TAG.datasetVersion;
    throw new TtExpError('RUN_NOT_FOUND', `run ${runId}: its record is incomplete: ${missing} is missing`, {
      hint: 'It failed or was cancelled before it had a result: choose another trial.',
    });
  }
  const epochs = valuesOf(JSON.parse(history) as readonly EpochRecord[]);
  const tag = (name: string): string | null => tags[name] ?? null;
  return {
    runId,
    experimentId: tag(TAG.experimentId),
    trialId: tag(TAG.trialId),
    datasetVersion,
    settings: recordedSettings(config, runId),
    outOfMemory: tag(TAG.outOfMemory),
    history: epochs,
    metrics: await readMetrics(tracking, runId, Object.keys(epochs[0]?.values ?? {})),
    modelFiles: manifest == null ? null : (JSON.parse(manifest) as { files: Readonly<Record<string, string>> }).files,
    circumstances: {
      training_code: tag(TAG.trainingCode),
      git_commit: tag(TAG.gitCommit),
      tensorflow_backend: tag(TAG.tensorflowBackend),
      tensorflow_library: tag(TAG.tensorflowLibrary),
      precision: tag(TAG.precision),
      threads: tag(TAG.threads),
    },
  };
};
