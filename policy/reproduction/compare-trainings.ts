/** Whether a training that was done again has shown what the first one did. */
import type { RecordSource, TrainingComparison, ValueDifference } from '../../contracts/reproduction.ts';

/** Metric to value by epoch; a value that is no finite number is as good as none. */
export interface EpochValues {
  readonly epoch: number;
  readonly values: Readonly<Record<string, number | null>>;
}

export interface ComparisonInput {
  readonly recorded: readonly { readonly source: RecordSource; readonly epochs: readonly EpochValues[] }[];
  readonly reproduced: readonly EpochValues[];
  /** Path to digest of the model's files; null where the record has none. */
  readonly models: {
    readonly recorded: Readonly<Record<string, string>> | null;
    readonly reproduced: Readonly<Record<string, string>>;
  };
  /** At least 0. */
  readonly tolerance: number;
}

const finite = (value: number | null | undefined): number | null =>
  value !== null && value !== undefined && Number.isFinite(value) ? value : null;

const byEpoch = (epochs: readonly EpochValues[]): ReadonlyMap<number, EpochValues['values']> =>
  new Map(epochs.map(({ epoch, values }) => [epoch, values]));

/** Metrics that the source does not have at all are left out: an earlier version did not record them. */
const metricsOf = (epochs: readonly EpochValues[], known: readonly string[]): readonly string[] =>
  known.filter((metric) => epochs.some(({ values }) => values[metric] !== undefined));

/** Epoch by epoch, in each epoch the metrics in the order of the new training's. */
const pairsOf = ({ recorded, reproduced }: ComparisonInput): readonly ValueDifference[] => {
  const again = byEpoch(reproduced);
  const known = Object.keys(reproduced[0]?.values ?? {});
  const pairs = recorded.flatMap(({ source, epochs }) => {
    const before = byEpoch(epochs);
    const numbers = [...new Set([...before.keys(), ...again.keys()])];
    const metrics = metricsOf(epochs, known);
    return numbers.flatMap((epoch) =>
      metrics.map((metric): ValueDifference => {
        const [one, other] = [finite(before.get(epoch)?.[metric]), finite(again.get(epoch)?.[metric])];
        const difference = one === null || other === null ? null : Math.abs(one - other);
        return { source, epoch, metric, recorded: one, reproduced: other, difference };
      }),
    );
  });
  return pairs.sort((a, b) => a.epoch - b.epoch);
};

const isSameFiles = (
  one: Readonly<Record<string, string>> | null,
  other: Readonly<Record<string, string>>,
): boolean | null => {
  if (one === null) {
    return null;
  }
  const paths = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...paths].every((path) => one[path] === other[path]);
};

/**
 * With a tolerance of 0 every value must be equal bit for bit, and so must the model's files; a tolerance says nothing
 * of files. An epoch that only one of the two has is beyond every tolerance.
 */
export const compareTrainings = (input: ComparisonInput): TrainingComparison => {
  const { models, tolerance } = input;
  const pairs = pairsOf(input);
  const unequal = pairs.filter(({ recorded, reproduced }) => recorded !== reproduced);
  const beyond = unequal.filter(({ difference }) => difference === null || difference > tolerance);
  const isModelEqual = isSameFiles(models.recorded, models.reproduced);
  const isEqual = unequal.length === 0 && isModelEqual !== false;
  const isWithin = beyond.length === 0 && tolerance > 0;
  return {
    verdict: isEqual ? 'equal' : isWithin ? 'within_tolerance' : 'differs',
    tolerance,
    values: pairs.length,
    firstDifference: beyond[0] ?? unequal[0] ?? null,
    largestDifference: unequal.reduce<ValueDifference | null>(
      (largest, pair) => ((pair.difference ?? -1) > (largest?.difference ?? 0) ? pair : largest),
      null,
    ),
    isModelEqual,
  };
};
