/** One model beside the baselines, for whoever asks. */
import type { LoadedDataset } from '../../contracts/dataset.ts';
import { elementAt } from '../../contracts/element-at.ts';
import type { TensorflowInfo } from '../../contracts/tensorflow.ts';
import type { EvaluateModelJob } from '../../contracts/trainer.ts';
import { BASELINES, evaluateBaselines } from '../../models/reports/baselines.ts';
import type { ReportOptions } from '../../models/reports/evaluate-with-report.ts';
import { createRankingsWriter, openDataset } from '../../pipeline/index.ts';
import type { ComputeChannel } from '../child-channel.ts';
import { countRankings } from './count-rankings.ts';
import { evaluateModel, reportOf } from './rank-with-model.ts';

/** Writes every ranking of the evaluation that `evaluate` makes to `file`. */
const withRankings = async <Result>(
  file: string,
  { userIds, itemIds }: LoadedDataset,
  evaluate: (onRanking: NonNullable<ReportOptions['onRanking']>) => Promise<Result>,
): Promise<Result> => {
  const writer = await createRankingsWriter(file);
  try {
    const result = await evaluate((user, items, scores, gains, ranks) => {
      const name = elementAt(userIds, user);
      const users = Array.from(items, () => name);
      const names = Array.from(items, (item) => elementAt(itemIds, item));
      writer.write({ users, items: names, ranks, scores, gains });
    });
    await writer.finish();
    return result;
  } finally {
    await writer.discard();
  }
};

export const evaluateAlone = async (
  job: EvaluateModelJob,
  tensorflow: TensorflowInfo,
  channel: ComputeChannel,
): Promise<void> => {
  const dataset = await openDataset(job.datasetFolder);
  const { rankingsFile } = job;
  const onRanked = countRankings(channel, 1 + BASELINES);
  const ranking = { ...job, onBlock: channel.alive };
  const evaluated = await (rankingsFile === null
    ? evaluateModel(job.model, ranking, dataset)
    : withRankings(rankingsFile, dataset, (onRanking) => evaluateModel(job.model, { ...ranking, onRanking }, dataset)));
  onRanked();
  const { summary, relevanceThreshold } = evaluated;
  const { onBlock, split, seed } = ranking;
  const baselines = evaluateBaselines({ dataset, split, relevanceThreshold, seed, onBlock, onBaseline: onRanked });
  channel.send({
    kind: 'model_evaluated',
    result: { model: summary, baselines, report: reportOf(evaluated), tensorflow, relevanceThreshold },
  });
};
