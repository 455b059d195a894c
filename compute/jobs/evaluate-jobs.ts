/** Evaluations in the compute process: candidate and champion for the gate, or one model for whoever asks. */
import { writeFile } from 'node:fs/promises';
import type { LoadedDataset } from '../../contracts/dataset.ts';
import { elementAt } from '../../contracts/element-at.ts';
import { type ErrorCode, TtExpError } from '../../contracts/errors.ts';
import type { EvaluationReport } from '../../contracts/metrics.ts';
import type { TensorflowInfo } from '../../contracts/tensorflow.ts';
import type {
  EvaluatedSplit,
  EvaluateJob,
  EvaluateModelJob,
  EvaluateResult,
  ModelSource,
} from '../../contracts/trainer.ts';
import { dotScorer } from '../../models/evaluation/dot-scorer.ts';
import type { Evaluation } from '../../models/evaluation/evaluate-scorer.ts';
import { evaluateBaselines } from '../../models/reports/baselines.ts';
import { measureCalibration } from '../../models/reports/calibration.ts';
import {
  evaluateWithReport,
  type ReportedEvaluation,
  type ReportOptions,
} from '../../models/reports/evaluate-with-report.ts';
import { createRankingsWriter, openDataset } from '../../pipeline/index.ts';
import { compareUsers } from '../../policy/gate/compare-users.ts';
import { deriveSeed } from '../../policy/rng.ts';
import { loadModel } from '../../registry/load-model.ts';
import type { ComputeChannel } from '../child-channel.ts';

interface Ranking {
  readonly datasetFolder: string;
  readonly split: EvaluatedSplit;
  /** null: that of the model's training. */
  readonly relevanceThreshold: number | null;
  readonly onRanking?: ReportOptions['onRanking'];
  readonly onUser?: ReportOptions['onUser'];
  readonly onBlock: () => void;
}

/** A model ranks with the features of its own encoder, which may be older than the dataset version. */
export const evaluateModel = async (
  source: ModelSource,
  { datasetFolder, split, relevanceThreshold: given, onRanking, onUser, onBlock }: Ranking,
  dataset: LoadedDataset,
): Promise<ReportedEvaluation & EvaluationReport & { readonly relevanceThreshold: number }> => {
  const model = await loadModel(source);
  try {
    const { users, items, dim, categories } = await model.embed(datasetFolder, dataset);
    const { temperature, settings } = model.manifest;
    const relevanceThreshold = given ?? settings.relevanceThreshold;
    const samples = dataset.samples[split];
    return {
      ...evaluateWithReport({
        scorer: dotScorer(users, items, dim),
        dataset,
        split,
        relevanceThreshold,
        categories,
        onBlock,
        ...(onRanking && { onRanking }),
        ...(onUser && { onUser }),
      }),
      calibration: measureCalibration({ users, items, dim, temperature, samples, relevanceThreshold }),
      relevanceThreshold,
    };
  } finally {
    model.dispose();
  }
};

export const reportOf = ({ slices, categories, popularity_bias, calibration }: EvaluationReport): EvaluationReport => ({
  slices,
  categories,
  popularity_bias,
  calibration,
});

/** What is wrong with the champion's own files; those of the dataset have served the candidate before. */
const CHAMPION_PROBLEMS: readonly ErrorCode[] = ['MODEL_INCOMPATIBLE', 'MODEL_NOT_LOADING', 'DATASET_CORRUPT'];

/** A champion of other data, or a damaged one, is no reason to fail: the gate tells why nothing is compared. */
const evaluateChampion = async (
  job: EvaluateJob,
  dataset: LoadedDataset,
  onBlock: () => void,
): Promise<{ readonly champion: Evaluation | null; readonly problem: string | null }> => {
  try {
    const champion =
      job.champion === null ? null : await evaluateModel(job.champion, { ...job, split: 'test', onBlock }, dataset);
    return { champion, problem: null };
  } catch (error) {
    if (error instanceof TtExpError && CHAMPION_PROBLEMS.includes(error.code)) {
      return { champion: null, problem: error.message };
    }
    throw error;
  }
};

/** The candidate, the champion if there is one, and the baselines rank the same test part. */
export const evaluateWithChampion = async (job: EvaluateJob, channel: ComputeChannel): Promise<void> => {
  const dataset = await openDataset(job.datasetFolder);
  const onBlock = channel.alive;
  const candidate = await evaluateModel(job.candidate, { ...job, split: 'test', onBlock }, dataset);
  const { champion, problem } = await evaluateChampion(job, dataset, onBlock);
  const compared =
    champion === null
      ? null
      : compareUsers({
          candidate: candidate.perUser.ndcg,
          champion: champion.perUser.ndcg,
          confidence: job.confidence,
          seed: deriveSeed(job.seed, 'gate'),
        });
  const result: EvaluateResult = {
    model: candidate.summary,
    baselines: evaluateBaselines({
      dataset,
      split: 'test',
      relevanceThreshold: job.relevanceThreshold,
      seed: job.seed,
      onBlock,
    }),
    report: reportOf(candidate),
    champion: champion?.summary ?? null,
    championProblem: problem,
    ci: compared?.ci ?? null,
    pairedTest: compared?.pairedTest ?? null,
  };
  const users = candidate.perUser.userIndex.map((index) => dataset.userIds[index]);
  const perUser = { users, candidate: candidate.perUser.ndcg, champion: champion?.perUser.ndcg ?? null };
  await writeFile(job.perUserFile, `${JSON.stringify(perUser)}\n`);
  channel.send({ kind: 'evaluated', result });
};

/** Writes every ranking of the evaluation that `evaluate` makes to `file`. */
const withRankings = async <Result>(
  file: string,
  { userIds, itemIds }: LoadedDataset,
  evaluate: (onRanking: NonNullable<ReportOptions['onRanking']>) => Promise<Result>,
): Promise<Result> => {
  const writer = await createRankingsWriter(file);
  const written: Promise<void>[] = [];
  try {
    const result = await evaluate((user, items, scores, gains, ranks) => {
      const name = elementAt(userIds, user);
      const users = Array.from(items, () => name);
      const names = Array.from(items, (item) => elementAt(itemIds, item));
      written.push(writer.write({ users, items: names, ranks, scores, gains }));
    });
    await Promise.all(written);
    await writer.finish();
    return result;
  } finally {
    await writer.discard();
  }
};

/** One model beside the baselines. */
export const evaluateAlone = async (
  job: EvaluateModelJob,
  tensorflow: TensorflowInfo,
  channel: ComputeChannel,
): Promise<void> => {
  const dataset = await openDataset(job.datasetFolder);
  const { rankingsFile } = job;
  const ranking = { ...job, onBlock: channel.alive };
  const evaluated = await (rankingsFile === null
    ? evaluateModel(job.model, ranking, dataset)
    : withRankings(rankingsFile, dataset, (onRanking) => evaluateModel(job.model, { ...ranking, onRanking }, dataset)));
  const { summary, relevanceThreshold } = evaluated;
  const { onBlock, split, seed } = ranking;
  const baselines = evaluateBaselines({ dataset, split, relevanceThreshold, seed, onBlock });
  const report = reportOf(evaluated);
  channel.send({
    kind: 'model_evaluated',
    result: { model: summary, baselines, report, tensorflow, relevanceThreshold },
  });
};
