/** The MLflow run of one local training: opened once, logged to while it trains, ended whatever happens. */
import { join } from 'node:path';
import { createEpochLog, type EpochLog } from '../activities/epoch-log.ts';
import { configDigest } from '../config/digest.ts';
import type { DatasetSummary } from '../contracts/dataset.ts';
import { TtExpError, toErrorRecord } from '../contracts/errors.ts';
import type { LocalRun } from '../contracts/local-model.ts';
import { RANKING_METRIC_NAMES } from '../contracts/metrics.ts';
import { ARTIFACT, RUN_KIND, TAG } from '../contracts/names.ts';
import type { ResolvedConfig } from '../contracts/resolved-config.ts';
import type { ModelEvaluation } from '../contracts/trainer.ts';
import type { TrainingResult } from '../contracts/trial.ts';
import { tryEach } from '../contracts/try-each.ts';
import { uploadTraining } from '../registry/upload-training.ts';
import type { LocalTracking } from './ports.ts';
import type { WorkState } from './work-folder.ts';

export interface RunDescription {
  readonly config: ResolvedConfig;
  readonly dataset: DatasetSummary;
  readonly name: string;
  readonly user: string;
  readonly gitCommit: string | null;
  /** Digest of the code that trains. */
  readonly trainingCode: string;
  readonly state: WorkState;
}

export interface FinishedTraining {
  /** With model/, encoder, config, history, test metrics. */
  readonly folder: string;
  readonly result: TrainingResult;
  readonly test: ModelEvaluation;
  readonly note: string | null;
}

export interface TrackedRun {
  readonly run: LocalRun;
  epochLog(folder: string, threads: number): EpochLog;
  finish(training: FinishedTraining): Promise<void>;
  /** KILLED for an interruption, else FAILED. */
  fail(error: unknown): Promise<void>;
}

const flatten = (prefix: string, section: object): Record<string, string> =>
  Object.fromEntries(
    Object.entries(section).map(([key, value]) => [
      `${prefix}.${key}`,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );

export const openRun = async (tracking: LocalTracking, description: RunDescription): Promise<TrackedRun> => {
  const { config, dataset, name, user, gitCommit, trainingCode, state } = description;
  const experimentId = await tracking.ensureExperiment(config.name);
  const runId = await tracking.ensureRun({
    experimentId,
    runKey: state.runKey,
    runName: name,
    user,
    gitCommit,
    tags: {
      [TAG.kind]: RUN_KIND.training,
      [TAG.datasetVersion]: dataset.version,
      [TAG.configDigest]: configDigest(config),
      [TAG.trainingCode]: trainingCode,
      ...(gitCommit === null ? {} : { [TAG.gitCommit]: gitCommit }),
    },
    startTimeMs: state.startedAtMs,
  });
  if ((await tracking.getRun(runId)).status !== 'RUNNING') {
    await tracking.reopenRun(runId);
  }
  await tracking.logParams(runId, {
    seed: String(config.seed),
    ...flatten('model', config.model),
    ...flatten('training', config.training),
  });
  await tracking.logDatasetInput(runId, dataset, 'training');

  return {
    run: {
      runId,
      experiment: config.name,
      url: `${tracking.uri.replace(/\/+$/, '')}/#/experiments/${experimentId}/runs/${runId}`,
    },
    epochLog: (folder, threads) =>
      createEpochLog({
        tracking,
        runId,
        threads,
        checkpoint: { file: join(folder, ARTIFACT.latestCheckpoint), path: ARTIFACT.latestCheckpoint },
      }),
    finish: async ({ folder, result, test, note }) => {
      await uploadTraining(tracking, runId, { folder, encoderFile: join(folder, ARTIFACT.encoder) });
      await tracking.putArtifactFile(runId, ARTIFACT.testMetrics, join(folder, ARTIFACT.testMetrics));
      const endTimeMs = Date.now();
      await tracking.logMetrics(runId, [
        ...RANKING_METRIC_NAMES.map((metric) => ({
          key: `test_${metric}`,
          value: test.model[metric],
          step: 0,
          timestampMs: endTimeMs,
        })),
        { key: 'best_epoch', value: result.bestEpoch, step: result.bestEpoch, timestampMs: endTimeMs },
        {
          key: 'best_val_ndcg_at_10',
          value: result.validation.ndcg_at_10,
          step: result.bestEpoch,
          timestampMs: endTimeMs,
        },
      ]);
      await tracking.setTags(runId, {
        [TAG.tensorflowBackend]: result.tensorflow.backend,
        [TAG.tensorflowLibrary]: result.tensorflow.library,
        [TAG.precision]: result.precision,
        ...(note === null ? {} : { [TAG.outOfMemory]: note }),
      });
      await tracking.finishRun(runId, 'FINISHED', endTimeMs);
    },
    fail: async (error) => {
      const isInterrupted = error instanceof TtExpError && error.code === 'INTERRUPTED';
      const { code, message } = toErrorRecord(error);
      await tryEach(
        () => tracking.setTags(runId, { 'tt.error_code': code, 'tt.error': message }),
        () => tracking.finishRun(runId, isInterrupted ? 'KILLED' : 'FAILED', Date.now()),
      );
    },
  };
};
