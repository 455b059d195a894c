/** The evaluation that the gate decides on: candidate, champion and ancestor rank the same users and candidates. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadedDataset } from '../../contracts/dataset.ts';
import { type ErrorCode, TtExpError } from '../../contracts/errors.ts';
import type { EvaluateJob, EvaluateResult, ModelSource } from '../../contracts/trainer.ts';
import { BASELINES, evaluateBaselines } from '../../models/reports/baselines.ts';
import { openDataset, writeGateUsers } from '../../pipeline/index.ts';
import { compareModels } from '../../policy/gate/compare-models.ts';
import { type DetailedModel, gateDetails } from '../../policy/gate/gate-details.ts';
import type { JudgedModel } from '../../policy/gate/judged-model.ts';
import { deriveSeed } from '../../policy/rng.ts';
import { type LoadedModel, loadModel } from '../../registry/load-model.ts';
import type { ComputeChannel } from '../child-channel.ts';
import { countRankings } from './count-rankings.ts';
import { judgedUsers } from './judged-users.ts';
import { type RankedPart, type Ranking, rankWithModel, reportOf } from './rank-with-model.ts';
import { measureLatencies } from './scoring-latency.ts';

interface Judged extends RankedPart {
  readonly model: LoadedModel;
  readonly megabytes: number;
}

const BYTES_PER_MEGABYTE = 1_000_000;

const sizeOf = async ({ modelFolder }: ModelSource, { manifest }: LoadedModel): Promise<number> => {
  const sizes = await Promise.all(Object.keys(manifest.files).map((file) => stat(join(modelFolder, file))));
  return sizes.reduce((sum, { size }) => sum + size, 0) / BYTES_PER_MEGABYTE;
};

/** The model stays loaded until somebody disposes it. */
const judgeModel = async (source: ModelSource, ranking: Ranking, dataset: LoadedDataset): Promise<Judged> => {
  const model = await loadModel(source);
  try {
    return {
      ...(await rankWithModel(model, ranking, dataset)),
      ...{ model, megabytes: await sizeOf(source, model) },
    };
  } catch (error) {
    model.dispose();
    throw error;
  }
};

/** What is wrong with another model's own files; those of the dataset have served the candidate before. */
const PROBLEMS: readonly ErrorCode[] = ['MODEL_INCOMPATIBLE', 'MODEL_NOT_LOADING', 'DATASET_CORRUPT'];

interface Other {
  readonly judged: Judged | null;
  readonly problem: string | null;
}

/** A champion of other data, or a damaged one, is no reason to fail: the gate tells why nothing is compared. */
const judgeOther = async (source: ModelSource | null, ranking: Ranking, dataset: LoadedDataset): Promise<Other> => {
  try {
    return { judged: source === null ? null : await judgeModel(source, ranking, dataset), problem: null };
  } catch (error) {
    if (error instanceof TtExpError && PROBLEMS.includes(error.code)) {
      return { judged: null, problem: error.message };
    }
    throw error;
  }
};

const asJudgedModel = (judged: Judged, latencyMs: number | null): JudgedModel => ({
  ...judged.perUser,
  userSlices: judged.userSlices,
  watched: Object.fromEntries(Object.entries(judged.watched).map(([name, { ndcg }]) => [name, ndcg])),
  catalogue: {
    coverage: judged.summary.coverage,
    popularity_share: judged.popularity_bias.mean_percentile,
    model_size_mb: judged.megabytes,
    scoring_latency_ms: latencyMs,
  },
});

interface Compared {
  readonly candidate: Judged;
  readonly champion: Judged | null;
  readonly ancestor: Judged | null;
  readonly replicates: readonly Judged[];
}

const compare = (job: EvaluateJob, { candidate, champion, ancestor, replicates }: Compared, onTest: () => void) => {
  // It takes time, and nobody else looks at it.
  const isTimed = champion !== null && job.guards.some(({ metric }) => metric === 'scoring_latency_ms');
  const [own = null, other = null] = isTimed
    ? measureLatencies([candidate.embedded, champion.embedded], () => performance.now())
    : [];
  return compareModels({
    candidate: asJudgedModel(candidate, own),
    champion: champion && asJudgedModel(champion, other),
    ancestor: ancestor && asJudgedModel(ancestor, null),
    confidence: job.confidence,
    margin: job.margin,
    minImprovement: job.minImprovement ?? 0,
    guards: job.guards,
    replicates: replicates.map(({ perUser }) => perUser.ndcg),
    seed: deriveSeed(job.seed, 'gate'),
    onTest,
  });
};

const detailsOf = (candidate: Judged, champion: Judged) => {
  const asDetailed = (judged: Judged): DetailedModel => ({ ndcg: judged.perUser.ndcg, report: judged });
  return gateDetails(asDetailed(candidate), asDetailed(champion));
};

const modelsOf = ({ candidate, champion, ancestor, replicates = [] }: EvaluateJob): readonly ModelSource[] =>
  [candidate, champion, ancestor, ...replicates].filter((source) => source !== null);

const evaluate = async (
  job: EvaluateJob,
  { alive: onBlock, ...channel }: Pick<ComputeChannel, 'alive' | 'send'>,
  opened: LoadedModel[],
): Promise<EvaluateResult> => {
  const onRanked = countRankings(channel, modelsOf(job).length + BASELINES);
  const dataset = await openDataset(job.datasetFolder);
  const watch = job.guards.flatMap(({ slice }) => slice ?? []);
  const { datasetFolder, relevanceThreshold } = job;
  const ranking = { datasetFolder, split: 'test', relevanceThreshold, watch, onBlock } as const;
  const candidate = await judgeModel(job.candidate, ranking, dataset);
  opened.push(candidate.model);
  onRanked();
  // Slices are those of one encoder: another model's may know other values.
  const others = { ...ranking, categories: candidate.embedded.categories };
  const judge = async (source: ModelSource | null): Promise<Other> => {
    const other = await judgeOther(source, others, dataset);
    if (source !== null) {
      onRanked();
    }
    return other;
  };
  const champion = await judge(job.champion);
  opened.push(...(champion.judged === null ? [] : [champion.judged.model]));
  const ancestor = await judge(job.ancestor);
  opened.push(...(ancestor.judged === null ? [] : [ancestor.judged.model]));

  const replicates: Judged[] = [];
  for (const source of job.replicates ?? []) {
    const replicate = await judgeModel(source, others, dataset);
    opened.push(replicate.model);
    onRanked();
    replicates.push(replicate);
  }

  const compared = { candidate, champion: champion.judged, ancestor: ancestor.judged, replicates };
  await writeGateUsers(job.usersFile, judgedUsers(compared, dataset));
  const comparison = compare(job, compared, onBlock);
  return {
    model: candidate.summary,
    baselines: evaluateBaselines({
      dataset,
      split: 'test',
      relevanceThreshold,
      seed: job.seed,
      onBlock,
      onBaseline: onRanked,
    }),
    report: reportOf(candidate),
    champion: champion.judged?.summary ?? null,
    championProblem: champion.problem,
    ...comparison,
    ...(comparison.ci !== null && champion.judged !== null && { details: detailsOf(candidate, champion.judged) }),
    ancestor:
      job.ancestor === null
        ? null
        : {
            ...(comparison.ancestor ?? { ci: null, users: null, margin_p_value: null }),
            ndcg_at_10: ancestor.judged?.summary.ndcg_at_10 ?? null,
            problem: ancestor.problem,
          },
  };
};

/** A champion or an ancestor that cannot rank the dataset version is reported as such. */
export const evaluateForGate = async (job: EvaluateJob, channel: ComputeChannel): Promise<void> => {
  const opened: LoadedModel[] = [];
  try {
    channel.send({ kind: 'evaluated', result: await evaluate(job, channel, opened) });
  } finally {
    for (const model of opened) {
      model.dispose();
    }
  }
};
