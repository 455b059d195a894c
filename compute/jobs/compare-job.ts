/** Several models rank the same users in one compute process, one after the other, each once. */
import type { ComparedMetric } from '../../contracts/comparison.ts';
import type { LoadedDataset } from '../../contracts/dataset.ts';
import { elementAt } from '../../contracts/element-at.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { MESSAGE } from '../../contracts/names.ts';
import type { TensorflowInfo } from '../../contracts/tensorflow.ts';
import type { CompareModelsJob } from '../../contracts/trainer.ts';
import type { UserRanking } from '../../models/evaluation/ranking.ts';
import { openDataset } from '../../pipeline/index.ts';
import { compareSubjects, type UserVectors } from '../../policy/comparison/compare-subjects.ts';
import type { ComputeChannel } from '../child-channel.ts';
import { evaluateModel, reportOf } from './rank-with-model.ts';

const VALUE_OF: Readonly<Record<ComparedMetric, (ranking: UserRanking) => number>> = {
  ndcg_at_10: ({ ndcg }) => ndcg,
  precision_at_10: ({ precision }) => precision,
  recall_at_10: ({ recall }) => recall,
  f1_at_10: ({ f1 }) => f1,
  hit_rate_at_10: ({ hit }) => hit,
  map: ({ averagePrecision }) => averagePrecision,
};

const vectorsOf = (rankings: readonly UserRanking[]): UserVectors =>
  Object.fromEntries(
    Object.entries(VALUE_OF).map(([metric, read]) => [metric, Float64Array.from(rankings, read)]),
  ) as Record<ComparedMetric, Float64Array>;

/** Whose error it is: its message names files of the cache at most. */
const named = (ref: string, error: unknown): unknown =>
  error instanceof TtExpError
    ? new TtExpError(error.code, `${ref}: ${error.message}`, {
        ...(error.hint !== undefined && { hint: error.hint }),
        details: error.details,
        cause: error,
      })
    : error;

const evaluateSubject = async (
  job: CompareModelsJob,
  { ref, model }: CompareModelsJob['subjects'][number],
  { dataset, onBlock }: { readonly dataset: LoadedDataset; readonly onBlock: () => void },
) => {
  const rankings: UserRanking[] = [];
  const users: number[] = [];
  try {
    const evaluated = await evaluateModel(
      model,
      {
        ...job,
        onBlock,
        onUser: ({ user, ranking }) => {
          users.push(user);
          rankings.push(ranking);
        },
      },
      dataset,
    );
    return { ref, users, perUser: vectorsOf(rankings), summary: evaluated.summary, report: reportOf(evaluated) };
  } catch (error) {
    throw named(ref, error);
  }
};

type Evaluated = Awaited<ReturnType<typeof evaluateSubject>>;

/** Who is judged depends on data and threshold alone; were it not so, differences by user would mean nothing. */
const requireSameUsers = (subjects: readonly Evaluated[]): readonly number[] => {
  const [first = [], ...others] = subjects.map(({ users }) => users);
  if (others.some((users) => users.length !== first.length || users.some((user, at) => user !== first[at]))) {
    throw new TtExpError('INTERNAL', 'compared models: they judged different users, expected the same');
  }
  return first;
};

/** Throws what loading and ranking throw, with the model's reference before the message, and NO_DATA_LOADED. */
export const compareModels = async (
  job: CompareModelsJob,
  tensorflow: TensorflowInfo,
  channel: ComputeChannel,
): Promise<void> => {
  const dataset = await openDataset(job.datasetFolder);
  const onBlock = channel.alive;
  const subjects: Evaluated[] = [];
  for (const subject of job.subjects) {
    subjects.push(await evaluateSubject(job, subject, { dataset, onBlock }));
  }
  const users = requireSameUsers(subjects).length;
  if (users === 0) {
    throw new TtExpError(
      'NO_DATA_LOADED',
      `${MESSAGE.noDataLoaded}: the ${job.split} part of ${dataset.summary.version} has no user with a relevant item (label >= ${job.relevanceThreshold}), expected at least one`,
      { hint: 'Compare on another part with --split, or on another version with --data.' },
    );
  }
  const { intervals, differences } = compareSubjects({ ...job, subjects, onStep: onBlock });
  channel.send({
    kind: 'models_compared',
    result: {
      users,
      subjects: subjects.map(({ summary, report }, index) => ({
        metrics: elementAt(intervals, index),
        summary,
        report,
      })),
      differences,
      tensorflow,
    },
  });
};
