/**
 * The evaluation itself, on rankings whose metrics are known beforehand: by the true gains every metric is at its
 * maximum, by their opposite NDCG@10 is 0, and equal scores rank in the order of the catalogue.
 */
import type { LoadedDataset } from '../../contracts/dataset.ts';
import { elementAt } from '../../contracts/element-at.ts';
import type { EvaluationSummary, RankingMetrics } from '../../contracts/metrics.ts';
import { evaluateScorer } from '../evaluation/evaluate-scorer.ts';
import { rowScorer, type Scorer } from '../evaluation/scorer.ts';
import { DEPTH, type JudgedSplit, type JudgedUser, judgedUsers, ndcgOf } from './judged-users.ts';
import { affordableJudged, sliceUsers } from './slice-users.ts';
import type { Tripwire } from './tripwire.ts';

/** Scores are float32, sums of a thousand users are not exact. */
const TOLERANCE = 1e-6;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Scores by gain, times `sign`; all other items 0. */
const gainScorer = (judged: readonly JudgedUser[], items: number, sign: 1 | -1): Scorer => {
  const wantedOf = new Map(judged.map(({ user, wanted }) => [user, wanted]));
  return rowScorer(items, (row, user) => {
    for (const { item, gain } of wantedOf.get(user) ?? []) {
      row[item] = sign * gain;
    }
  });
};

const equalScorer = (items: number): Scorer => rowScorer(items, (row) => row.fill(0.5));

/** The highest values that any ranking can have. */
export const knownMaxima = (judged: readonly JudgedUser[], relevanceThreshold: number): RankingMetrics => {
  const relevant = judged.map(({ wanted }) => wanted.filter(({ gain }) => gain >= relevanceThreshold).length);
  const best = relevant.map((count) => {
    const found = Math.min(DEPTH, count);
    return { precision: found / DEPTH, recall: found / count };
  });
  return {
    ndcg_at_10: 1,
    precision_at_10: mean(best.map(({ precision }) => precision)),
    recall_at_10: mean(best.map(({ recall }) => recall)),
    f1_at_10: mean(best.map(({ precision, recall }) => (2 * precision * recall) / (precision + recall))),
    hit_rate_at_10: 1,
    map: 1,
  };
};

/** Mean NDCG@10 of the order of the catalogue. */
const catalogueOrderNdcg = (judged: readonly JudgedUser[], items: number): number =>
  mean(
    judged.map((user) => {
      const gains = new Map(user.wanted.map(({ item, gain }) => [item, gain]));
      const first: number[] = [];
      for (let item = 0; item < items && first.length < DEPTH; item += 1) {
        if (!user.met.has(item)) {
          first.push(gains.get(item) ?? 0);
        }
      }
      return ndcgOf(first, user);
    }),
  );

interface Deviation {
  readonly what: string;
  readonly got: number;
  readonly expected: number;
}

const isOff = ({ got, expected }: Deviation): boolean => !(Math.abs(got - expected) <= TOLERANCE);

const deviationsOf = (
  dataset: LoadedDataset,
  split: JudgedSplit,
  relevanceThreshold: number,
  evaluate: typeof evaluateScorer,
): readonly Deviation[] => {
  const sliced = sliceUsers(dataset, affordableJudged(dataset, judgedUsers(dataset, split, relevanceThreshold)));
  const judged = judgedUsers(sliced, split, relevanceThreshold);
  if (judged.length === 0) {
    return [];
  }
  const items = dataset.itemIds.length;
  const run = (scorer: Scorer) => evaluate({ scorer, dataset: sliced, split, relevanceThreshold });
  const best: EvaluationSummary = run(gainScorer(judged, items, 1)).summary;
  const worst = run(gainScorer(judged, items, -1)).perUser;
  const worstOf = new Map(worst.userIndex.map((user, place) => [user, elementAt(worst.ndcg, place)]));
  // A user with fewer than ten other candidates has a wanted one among the first ten in any order.
  const avoiding = judged.filter(({ met, wanted: own }) => items - met.size - own.length >= DEPTH);
  const maxima = knownMaxima(judged, relevanceThreshold);
  return [
    { what: 'users judged', got: best.users, expected: judged.length },
    ...(Object.keys(maxima) as (keyof RankingMetrics)[]).map((name) => ({
      what: `${name} of the order by true gains`,
      got: best[name],
      expected: maxima[name],
    })),
    {
      what: 'ndcg_at_10 of the opposite order',
      got: avoiding.length === 0 ? 0 : mean(avoiding.map(({ user }) => worstOf.get(user) ?? Number.NaN)),
      expected: 0,
    },
    {
      what: 'ndcg_at_10 of equal scores',
      got: run(equalScorer(items)).summary.ndcg_at_10,
      expected: catalogueOrderNdcg(judged, items),
    },
  ];
};

/** `evaluate` is the evaluation to check. */
export const createOwnOrder = (evaluate: typeof evaluateScorer): Tripwire => ({
  name: 'own-order',
  check: ({ dataset, settings }) => {
    const { relevanceThreshold } = settings;
    const off = (['validation', 'test'] as const).flatMap((split) =>
      deviationsOf(dataset, split, relevanceThreshold, evaluate)
        .filter(isOff)
        .map((deviation) => ({ ...deviation, what: `${split}: ${deviation.what}` })),
    );
    return {
      isPassed: off.length === 0,
      got: off.length === 0 ? 'known values' : off.map(({ what, got }) => `${what} ${got}`).join('; '),
      expected:
        off.length === 0
          ? 'known values of rankings by the true gains, by their opposite, and by equal scores'
          : off.map(({ expected }) => expected).join('; '),
      hint: 'Report this as a bug: the evaluation does not compute what docs/metrics.md says.',
    };
  },
});

export const ownOrder = createOwnOrder(evaluateScorer);
