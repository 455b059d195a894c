/** Several models rank the same users in one compute process, one after the other, each once. */
import type { ComparedMetric } from '../../contracts/comparison.ts';
import { elementAt } from '../../contracts/element-at.ts';
import type { TensorflowInfo } from '../../contracts/tensorflow.ts';
import type { CompareModelsJob } from '../../contracts/trainer.ts';
import type { UserRanking } from '../../models/evaluation/ranking.ts';
import { openDataset } from '../../pipeline/index.ts';
import { compareSubjects, type UserVectors } from '../../policy/comparison/compare-subjects.ts';
import type { ComputeChannel } from '../child-channel.ts';
import { countRankings } from './count-rankings.ts';
import { rankSubjects } from './rank-subject.ts';
import { reportOf } from './rank-with-model.ts';

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

/** Throws what `rankSubjects` throws. */
export const compareModels = async (
  job: CompareModelsJob,
  tensorflow: TensorflowInfo,
  channel: ComputeChannel,
): Promise<void> => {
  const dataset = await openDataset(job.datasetFolder);
  const onBlock = channel.alive;
  const onRanked = countRankings(channel, job.subjects.length);
  const ranked = await rankSubjects(job.subjects, { ...job, onBlock }, dataset, onRanked);
  const subjects = ranked.map(({ ref, rankings }) => ({ ref, perUser: vectorsOf(rankings) }));
  const { intervals, differences } = compareSubjects({ ...job, subjects, onStep: onBlock });
  channel.send({
    kind: 'models_compared',
    result: {
      users: elementAt(ranked, 0).users.length,
      subjects: ranked.map(({ evaluated }, index) => ({
        metrics: elementAt(intervals, index),
        summary: evaluated.summary,
        report: reportOf(evaluated),
      })),
      differences,
      tensorflow,
    },
  });
};
