/** Means of several models over the same users, their intervals, and the difference of every two. */
import type { ComparedMetric, MeanInterval, MetricDifference } from '../../contracts/comparison.ts';
import { elementAt } from '../../contracts/element-at.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { RANKING_METRIC_NAMES } from '../../contracts/metrics.ts';
import { holm } from '../gate/holm.ts';
import { meanOf } from '../gate/paired-differences.ts';
import { percentileInterval } from '../gate/percentile-interval.ts';
import { resampleMeans } from '../gate/resample-means.ts';
import { signFlipTest } from '../gate/sign-flip-test.ts';
import { createRng, deriveSeed } from '../rng.ts';

/** Of users for the intervals, and of signs for the p-values. */
const RESAMPLES = 10_000;

export type UserVectors = Readonly<Record<ComparedMetric, Float64Array>>;

export interface Subject {
  readonly ref: string;
  /** The same user at the same index in every vector of every subject. */
  readonly perUser: UserVectors;
}

export interface CompareOptions {
  readonly subjects: readonly Subject[];
  /** In (0, 1), for example 0.95. */
  readonly confidence: number;
  readonly seed: number;
  /** Called after each step of a second at most for 20,000 users. */
  readonly onStep?: () => void;
}

export interface SubjectComparison {
  /** In the order of the subjects. */
  readonly intervals: readonly Readonly<Record<ComparedMetric, MeanInterval>>[];
  readonly differences: readonly MetricDifference[];
}

interface Resampled {
  readonly values: Float64Array;
  readonly mean: number;
  /** In the order drawn. */
  readonly means: Float64Array;
}

const pairsOf = (count: number): readonly (readonly [a: number, b: number])[] =>
  Array.from({ length: count }, (_, a) =>
    Array.from({ length: count - a - 1 }, (_unused, step) => [a, a + 1 + step] as const),
  ).flat();

const requireSameUsers = (subjects: readonly Subject[]): void => {
  const counts = new Set(subjects.flatMap(({ perUser }) => Object.values(perUser).map(({ length }) => length)));
  const [users = 0] = counts;
  if (counts.size !== 1 || users === 0) {
    throw new TtExpError(
      'INTERNAL',
      `users of the compared models: got ${[...counts].join(', ')}, expected one number above 0`,
    );
  }
};

/**
 * Percentile bootstrap over users, all models and metrics on the same resamples. The mean of a difference is the
 * difference of the means, so the interval of a pair is read from the resamples of its two sides: users are drawn once,
 * not once a pair. Interval and p-value of a pair are those that the gate finds for the same users and seed.
 */
export const compareSubjects = ({ subjects, confidence, seed, onStep }: CompareOptions): SubjectComparison => {
  requireSameUsers(subjects);
  const gateSeed = deriveSeed(seed, 'gate');
  const resampled = (values: Float64Array): Resampled => {
    const means = resampleMeans(values, RESAMPLES, createRng(gateSeed));
    onStep?.();
    return { values, mean: meanOf(values), means };
  };
  const byMetric = RANKING_METRIC_NAMES.map((metric) => {
    const sides = subjects.map(({ perUser }) => resampled(perUser[metric]));
    const pairs = pairsOf(subjects.length).map(([a, b]) => {
      const [one, other] = [elementAt(sides, a), elementAt(sides, b)];
      const p = signFlipTest({
        candidate: one.values,
        champion: other.values,
        permutations: RESAMPLES,
        seed: deriveSeed(gateSeed, 'signs'),
      });
      onStep?.();
      const means = one.means.map((mean, at) => mean - elementAt(other.means, at));
      const refs = { a: elementAt(subjects, a).ref, b: elementAt(subjects, b).ref };
      return { ...refs, metric, mean: one.mean - other.mean, ...percentileInterval(means, confidence), p };
    });
    const adjusted = holm(pairs.map(({ p }) => p));
    return {
      metric,
      // Last, since it sorts them.
      differences: pairs.map((pair, index) => ({ ...pair, p_holm: elementAt(adjusted, index) })),
      intervals: sides.map(({ mean, means }) => ({ mean, ...percentileInterval(means, confidence) })),
    };
  });
  return {
    intervals: subjects.map(
      (_, index) =>
        Object.fromEntries(byMetric.map(({ metric, intervals }) => [metric, elementAt(intervals, index)])) as Record<
          ComparedMetric,
          MeanInterval
        >,
    ),
    differences: byMetric.flatMap(({ differences }) => differences),
  };
};
