/** Entry of the compute process: one training or one evaluation, on the backend that the worker chose. */
import { writeFile } from 'node:fs/promises';
import type { IdRows, LoadedDataset } from '../contracts/dataset.ts';
import { TtExpError } from '../contracts/errors.ts';
import type { EvaluationReport } from '../contracts/metrics.ts';
import type { EvaluateJob, EvaluateResult, ModelSource, TrainJob } from '../contracts/trainer.ts';
import { measureCalibration } from '../models/calibration.ts';
import { type Evaluation, evaluateScorer } from '../models/evaluation.ts';
import { historiesOf } from '../models/history.ts';
import { loadModel, type TwoTowerModel } from '../models/model-folder.ts';
import { dotScorer, evaluateBaselines } from '../models/scorers.ts';
import { trainTwoTower } from '../models/train.ts';
import { encodeDatasetWith, openDataset, readEncoder } from '../pipeline/index.ts';
import { pairedBootstrap } from '../policy/paired-bootstrap.ts';
import { deriveSeed } from '../policy/rng.ts';
import { type ComputeChannel, type ComputeOrder, serveComputeJob } from '../services/compute/child-channel.ts';
import { activateTensorflow } from '../services/tensorflow/activate-tensorflow.ts';
import { checkBeforeTraining } from './preflight-job.ts';

const BOOTSTRAP_RESAMPLES = 5000;

/** Time between two step messages; every step would only fill the pipe. */
const STEP_MESSAGE_INTERVAL_MS = 200;

const train = async (job: TrainJob, { plan }: ComputeOrder, channel: ComputeChannel): Promise<void> => {
  const tensorflow = await activateTensorflow(plan);
  let lastStepMs = 0;
  const dataset = await openDataset(job.datasetFolder);
  if (job.preflight) {
    await checkBeforeTraining(job, dataset, tensorflow, channel);
  }
  const result = await trainTwoTower({
    dataset,
    settings: job.settings,
    epochBudget: job.epochBudget,
    trialFolder: job.trialFolder,
    tensorflow,
    signal: channel.signal,
    nowMs: () => Date.now(),
    onReady: (resumedFromEpoch, history) => channel.send({ kind: 'ready', tensorflow, resumedFromEpoch, history }),
    onStep: (epoch, step, steps, trainLoss) => {
      if (performance.now() - lastStepMs >= STEP_MESSAGE_INTERVAL_MS) {
        lastStepMs = performance.now();
        channel.send({ kind: 'step', epoch, step, steps, trainLoss });
      }
    },
    onEpoch: (record) => channel.send({ kind: 'epoch', record, usage: channel.usage() }),
  });
  channel.send({ kind: 'trained', result });
};

/** What the users met in training, where the model takes it. */
const historiesFor = ({ manifest }: TwoTowerModel, { pairs, userIds }: LoadedDataset, items: IdRows | null) =>
  manifest.history_rows > 0 && items !== null ? historiesOf(pairs.train, userIds.length, items) : null;

/** A model ranks with the features of its own encoder, which may be older than the dataset version. */
const evaluateModel = async (
  source: ModelSource,
  job: EvaluateJob,
  dataset: LoadedDataset,
): Promise<Evaluation & EvaluationReport> => {
  const model = await loadModel(source.modelFolder);
  try {
    const { userFeatures, itemFeatures, ids } = await encodeDatasetWith(
      job.datasetFolder,
      await readEncoder(source.encoderFile),
    );
    const users = model.embedUsers(userFeatures, ids.user, historiesFor(model, dataset, ids.item));
    const items = model.embedItems(itemFeatures, ids.item);
    const { embedding_dim: dim, temperature } = model.manifest;
    const { relevanceThreshold } = job;
    const samples = dataset.samples.test;
    return {
      ...evaluateScorer({ scorer: dotScorer(users, items, dim), dataset, split: 'test', relevanceThreshold }),
      calibration: measureCalibration({ users, items, dim, temperature, samples, relevanceThreshold }),
    };
  } finally {
    model.dispose();
  }
};

/** A champion of other data is no reason to fail: the gate tells why there is nothing to compare with. */
const evaluateChampion = async (
  job: EvaluateJob,
  dataset: LoadedDataset,
): Promise<{ readonly champion: Evaluation | null; readonly problem: string | null }> => {
  try {
    return { champion: job.champion === null ? null : await evaluateModel(job.champion, job, dataset), problem: null };
  } catch (error) {
    if (error instanceof TtExpError && error.code === 'MODEL_INCOMPATIBLE') {
      return { champion: null, problem: error.message };
    }
    throw error;
  }
};

const evaluate = async (job: EvaluateJob, { plan }: ComputeOrder, channel: ComputeChannel): Promise<void> => {
  await activateTensorflow(plan);
  const dataset = await openDataset(job.datasetFolder);
  const candidate = await evaluateModel(job.candidate, job, dataset);
  const { champion, problem } = await evaluateChampion(job, dataset);
  const result: EvaluateResult = {
    model: candidate.summary,
    baselines: evaluateBaselines({
      dataset,
      split: 'test',
      relevanceThreshold: job.relevanceThreshold,
      seed: job.seed,
    }),
    report: {
      slices: candidate.slices,
      popularity_bias: candidate.popularity_bias,
      calibration: candidate.calibration,
    },
    champion: champion?.summary ?? null,
    championProblem: problem,
    ci:
      champion === null
        ? null
        : pairedBootstrap({
            candidate: candidate.perUser.ndcg,
            champion: champion.perUser.ndcg,
            confidence: job.confidence,
            resamples: BOOTSTRAP_RESAMPLES,
            seed: deriveSeed(job.seed, 'gate'),
          }),
  };
  const users = candidate.perUser.userIndex.map((index) => dataset.userIds[index]);
  const perUser = { users, candidate: candidate.perUser.ndcg, champion: champion?.perUser.ndcg ?? null };
  await writeFile(job.perUserFile, `${JSON.stringify(perUser)}\n`);
  channel.send({ kind: 'evaluated', result });
};

serveComputeJob(async (order, channel) => {
  const { job } = order;
  await (job.kind === 'train' ? train(job, order, channel) : evaluate(job, order, channel));
});
