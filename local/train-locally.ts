/** `tt-exp train`: data, one training in a compute process, its test, its MLflow run, and the folder with the result. */
import { createHash } from 'node:crypto';
import { copyFile, readdir, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '../contracts/canonical-json.ts';
import { TtExpError } from '../contracts/errors.ts';
import type { LocalTrainingEvent, LocalTrainingReport, LocalTrainingRequest } from '../contracts/local-model.ts';
import { ARTIFACT } from '../contracts/names.ts';
import type { ModelEvaluation } from '../contracts/trainer.ts';
import type { TrainingResult, TrialSettings } from '../contracts/trial.ts';
import type { MemoryFallback } from '../policy/memory-fallbacks.ts';
import type { LocalContext } from './local-context.ts';
import { type LocalDataset, openLocalData } from './local-data.ts';
import { openRun, type TrackedRun } from './local-run.ts';
import type { LocalCompute, LocalTracking } from './ports.ts';
import { withLessMemory } from './with-less-memory.ts';
import { type Attempts, openWorkFolder } from './work-folder.ts';

/** A server that does not answer must not hold up a command that is ending. */
const FAIL_LIMIT_MS = 10_000;

type OnEvent = (event: LocalTrainingEvent) => void;

const settingsOf = ({ seed, model, training, evaluation }: LocalTrainingRequest['config']): TrialSettings => ({
  seed,
  model,
  training,
  relevanceThreshold: evaluation.relevance_threshold,
});

interface Session {
  readonly context: LocalContext;
  readonly request: LocalTrainingRequest;
  readonly dataset: LocalDataset;
  readonly attempts: Attempts;
  readonly compute: LocalCompute;
  readonly tracked: TrackedRun | null;
  readonly onEvent: OnEvent;
}

interface Trained {
  readonly attempt: MemoryFallback;
  readonly name: string;
  readonly folder: string;
  readonly result: TrainingResult;
}

const attemptName = ({ settings }: MemoryFallback): string => `batch-${settings.training.batch_size}`;

const trainOnce = async (session: Session, attempt: MemoryFallback): Promise<Trained> => {
  const { attempts, compute, context, dataset, onEvent, request, tracked } = session;
  const name = attemptName(attempt);
  const folder = await attempts.folder(name);
  const log = tracked?.epochLog(folder, compute.threads);
  onEvent({ kind: 'attempt', settings: attempt.settings, note: attempt.note });
  const outcome = await compute.train(
    {
      kind: 'train',
      trialFolder: folder,
      checkpoints: [],
      datasetFolder: dataset.folder,
      settings: attempt.settings,
      epochBudget: attempt.settings.training.num_epochs,
      device: request.device === 'cpu' ? 'cpu' : attempt.device,
      preflight: request.config.training.preflight,
    },
    (message) => {
      log?.onMessage(message);
      onEvent({ kind: 'compute', message });
    },
    { signal: log === undefined ? context.signal : AbortSignal.any([context.signal, log.failed]) },
  );
  await log?.settled();
  if (outcome.kind === 'stopped') {
    throw new TtExpError('INTERNAL', 'training stopped unexpectedly without a result');
  }
  return { attempt, name, folder, result: outcome.result };
};

/** The config that trains the same model again; of a dataset version only the version itself could say the data. */
const configText = ({ config, data, name }: LocalTrainingRequest, settings: TrialSettings): string => {
  const { seed, model, training } = settings;
  const shape = { name: config.name, description: `Model ${name}.`, seed };
  const withData = data.kind === 'source' ? { data: data.config.data } : {};
  return `${JSON.stringify({ ...shape, ...withData, model, training, evaluation: config.evaluation }, null, 2)}\n`;
};

const testText = (dataset: LocalDataset, { tensorflow: _, ...test }: ModelEvaluation): string =>
  `${JSON.stringify({ split: 'test', dataset_version: dataset.summary.version, ...test }, null, 2)}\n`;

/** The rest of the result's files. Written again with the same content when a killed command is given again. */
const complete = async (session: Session, { attempt, folder }: Trained): Promise<ModelEvaluation> => {
  const { compute, context, dataset, request } = session;
  const encoderFile = join(folder, ARTIFACT.encoder);
  await copyFile(join(dataset.folder, ARTIFACT.encoder), encoderFile);
  await writeFile(join(folder, ARTIFACT.config), configText(request, attempt.settings));
  const test = await compute.evaluateModel(
    {
      kind: 'evaluate_model',
      datasetFolder: dataset.folder,
      model: { modelFolder: join(folder, ARTIFACT.modelFolder), encoderFile },
      split: 'test',
      relevanceThreshold: null,
      seed: request.config.seed,
      rankingsFile: null,
    },
    context.signal,
    context.count,
  );
  await writeFile(join(folder, ARTIFACT.testMetrics), testText(dataset, test));
  return test;
};

const conduct = async (session: Session): Promise<LocalTrainingReport> => {
  const { attempts, dataset, request, tracked } = session;
  const trained = await withLessMemory(settingsOf(request.config), (attempt) => trainOnce(session, attempt));
  const test = await complete(session, trained);
  const { attempt, name, folder, result } = trained;
  await tracked?.finish({ folder, result, test, note: attempt.note });
  await attempts.publish(name);
  const entries = await readdir(request.folder, { recursive: true, withFileTypes: true });
  return {
    folder: request.folder,
    files: entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(request.folder.length + 1))
      .sort(),
    dataset: dataset.summary,
    settings: attempt.settings,
    result,
    test,
    note: attempt.note,
    run: tracked?.run ?? null,
  };
};

/** A run that cannot be ended must not hide why it is to end. */
const endRun = async (tracked: TrackedRun, error: unknown, log: LocalContext['log']): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer for ${FAIL_LIMIT_MS / 1000} s`)), FAIL_LIMIT_MS);
  });
  try {
    await Promise.race([tracked.fail(error), late]);
  } catch (cause) {
    log(
      'warn',
      `MLflow run ${tracked.run.runId} could not be closed: ${cause instanceof Error ? cause.message : cause}`,
    );
  } finally {
    clearTimeout(timer);
  }
};

const trainInFolder = async (
  context: LocalContext,
  request: LocalTrainingRequest,
  {
    opened,
    begin,
    onEvent,
  }: {
    readonly opened: LocalTracking | null;
    readonly begin: (digest: string, nowMs: number) => Promise<Attempts>;
    readonly onEvent: OnEvent;
  },
): Promise<LocalTrainingReport> => {
  const compute = await context.ports.openCompute(request.device, null);
  const dataset = await openLocalData(context, request.data, opened);
  onEvent({ kind: 'dataset', dataset: dataset.summary, useCase: dataset.useCase });
  const digest = createHash('sha256')
    .update(canonicalJson({ settings: settingsOf(request.config), dataset: dataset.summary.version }))
    .digest('hex');
  const attempts = await begin(digest, Date.now());
  context.signal.throwIfAborted();
  const tracked =
    opened === null
      ? null
      : await openRun(opened, {
          config: request.config,
          dataset: dataset.summary,
          name: request.name,
          user: userInfo().username,
          gitCommit: await context.ports.gitCommit(),
          trainingCode: compute.trainingCode,
          state: attempts.state,
        });
  if (tracked !== null) {
    onEvent({ kind: 'run', run: tracked.run });
  }
  try {
    return await conduct({ context, request, dataset, attempts, compute, tracked, onEvent });
  } catch (error) {
    if (tracked !== null) {
      await endRun(tracked, error, context.log);
    }
    // From its checkpoint it would diverge again.
    if (error instanceof TtExpError && error.code === 'TRAINING_DIVERGED') {
      await attempts.discard();
    }
    throw error;
  }
};

/**
 * Called again after an interruption, it resumes from the last checkpoint. Throws USAGE where the result is there already
 * or somebody else makes it, and whatever data, training and MLflow may throw.
 */
export const trainLocally = async (
  context: LocalContext,
  request: LocalTrainingRequest,
  onEvent: OnEvent,
): Promise<LocalTrainingReport> => {
  const work = await openWorkFolder({ folder: request.folder, isForced: request.isForced, nowMs: Date.now() });
  let opened: LocalTracking | null = null;
  try {
    opened = request.isTracked ? await context.ports.startTracking() : null;
    return await trainInFolder(context, request, { opened, begin: work.begin, onEvent });
  } finally {
    try {
      await opened?.close();
    } finally {
      await work.release();
    }
  }
};
