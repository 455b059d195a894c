/** `tt-exp reproduce`: one recorded training done again, straight and alone, and compared with its record. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TtExpError } from '../contracts/errors.ts';
import type { LocalTrainingEvent } from '../contracts/local-model.ts';
import type { EpochRecord } from '../contracts/metrics.ts';
import { ARTIFACT, MANIFEST_FILE } from '../contracts/names.ts';
import type { ReproductionReport, ReproductionRequest } from '../contracts/reproduction.ts';
import type { TrainingResult, TrialSettings } from '../contracts/trial.ts';
import { compareCircumstances } from '../policy/reproduction/compare-circumstances.ts';
import { compareTrainings, type EpochValues } from '../policy/reproduction/compare-trainings.ts';
import type { LocalContext } from './local-context.ts';
import { type LocalDataset, openLocalData } from './local-data.ts';
import { type RecordedTraining, readRecordedTraining, valuesOf } from './recorded-training.ts';

/** Of a local worker, which gives each training one core; for runs that do not say. */
const USUAL_THREADS = 1;

type OnEvent = (event: LocalTrainingEvent) => void;

interface Reproduced {
  readonly threads: number;
  readonly trainingCode: string;
  readonly result: TrainingResult;
  readonly history: readonly EpochValues[];
  readonly modelFiles: Readonly<Record<string, string>>;
}

const readJson = async <Content>(folder: string, ...path: readonly string[]): Promise<Content> =>
  JSON.parse(await readFile(join(folder, ...path), 'utf8')) as Content;

/** The record says after how many epochs the training ended; a time budget would end it elsewhere here. */
const settingsFor = ({ settings }: RecordedTraining): TrialSettings => ({
  ...settings,
  training: { ...settings.training, max_seconds: null },
});

const train = async (
  context: LocalContext,
  recorded: RecordedTraining,
  { dataset, folder, onEvent }: { dataset: LocalDataset; folder: string; onEvent: OnEvent },
): Promise<Reproduced> => {
  const { circumstances, history } = recorded;
  const isOnGpu = circumstances.tensorflow_backend === 'gpu';
  const threads = Number(circumstances.threads ?? USUAL_THREADS);
  const compute = await context.ports.openCompute(isOnGpu ? 'auto' : 'cpu', threads);
  const settings = settingsFor(recorded);
  const shown = { ...settings, training: { ...settings.training, num_epochs: history.length } };
  onEvent({ kind: 'attempt', settings: shown, note: null });
  const outcome = await compute.train(
    {
      kind: 'train',
      trialFolder: folder,
      checkpoints: [],
      datasetFolder: dataset.folder,
      settings,
      epochBudget: history.length,
      device: isOnGpu ? 'auto' : 'cpu',
      preflight: false,
    },
    (message) => onEvent({ kind: 'compute', message }),
    { signal: context.signal },
  );
  if (outcome.result === null) {
    throw new TtExpError('INTERNAL', 'training stopped unexpectedly without a result');
  }
  const { files } = await readJson<{ files: Readonly<Record<string, string>> }>(
    folder,
    ARTIFACT.modelFolder,
    MANIFEST_FILE,
  );
  return {
    threads,
    trainingCode: compute.trainingCode,
    result: outcome.result,
    history: valuesOf(await readJson<readonly EpochRecord[]>(folder, ARTIFACT.history)),
    modelFiles: files,
  };
};

const reportOf = async (
  { ports }: LocalContext,
  recorded: RecordedTraining,
  { threads, trainingCode, result, history, modelFiles }: Reproduced,
  { dataset, tolerance }: { dataset: LocalDataset; tolerance: number },
): Promise<ReproductionReport> => {
  const { runId, experimentId, trialId, outOfMemory, settings, circumstances } = recorded;
  return {
    ...{ runId, experimentId, trialId, outOfMemory, settings },
    dataset: dataset.summary,
    epochs: { recorded: recorded.history.length, reproduced: history.length },
    seconds: result.seconds,
    comparison: compareTrainings({
      recorded: [
        { source: 'history', epochs: recorded.history },
        { source: 'metrics', epochs: recorded.metrics },
      ],
      reproduced: history,
      models: { recorded: recorded.modelFiles, reproduced: modelFiles },
      tolerance,
    }),
    circumstances: compareCircumstances(circumstances, {
      training_code: trainingCode,
      git_commit: await ports.gitCommit(),
      tensorflow_backend: result.tensorflow.backend,
      tensorflow_library: result.tensorflow.library,
      precision: result.precision,
      threads: String(threads),
    }),
  };
};

/**
 * Starts no server, writes nothing to MLflow, and leaves no file behind. A trial that went on from another's checkpoint
 * is trained straight: both ways must give the same bits. Throws USAGE, RUN_NOT_FOUND, SERVICE_UNREACHABLE,
 * DATASET_NOT_FOUND, and whatever training may throw.
 */
export const reproduceLocally = async (
  context: LocalContext,
  { run, tolerance }: ReproductionRequest,
  onEvent: OnEvent,
): Promise<ReproductionReport> => {
  const tracking = await context.ports.connectTracking();
  const folder = await mkdtemp(join(tmpdir(), 'tt-exp-reproduce-'));
  try {
    const recorded = await readRecordedTraining(tracking, run);
    const choice = { kind: 'version', version: recorded.datasetVersion } as const;
    const dataset = await openLocalData(context, choice, tracking);
    onEvent({ kind: 'dataset', dataset: dataset.summary, useCase: dataset.useCase });
    context.signal.throwIfAborted();
    const reproduced = await train(context, recorded, { dataset, folder, onEvent });
    return await reportOf(context, recorded, reproduced, { dataset, tolerance });
  } finally {
    await tracking.close();
    await rm(folder, { recursive: true, force: true });
  }
};
