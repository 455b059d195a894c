/** How well sigmoid(score) says how likely a sample is relevant. Formula: docs/metrics.md. */
import type { SampleArrays } from '../../contracts/dataset.ts';
import { addAt, missing } from '../../contracts/element-at.ts';
import type { Calibration } from '../../contracts/metrics.ts';

const BINS = 10;

/** Of row a of one matrix and row b of the other. */
const dot = (left: Float32Array, a: number, right: Float32Array, b: number, dim: number): number => {
  let sum = 0;
  for (let column = 0; column < dim; column += 1) {
    const x = left[a * dim + column] ?? missing(left, a * dim + column);
    sum += x * (right[b * dim + column] ?? missing(right, b * dim + column));
  }
  return sum;
};

/**
 * Over the samples of one split, negative ones included: they are what the score was trained on.
 * @param users [users, dim], row-major; items likewise. The score is the dot product of two rows, divided by
 * the model's temperature.
 */
export const measureCalibration = (options: {
  readonly users: Float32Array;
  readonly items: Float32Array;
  readonly dim: number;
  readonly temperature: number;
  readonly samples: SampleArrays;
  readonly relevanceThreshold: number;
}): Calibration => {
  const { users, items, dim, temperature, samples, relevanceThreshold } = options;
  const { userIndex, itemIndex, label: labels } = samples;
  const counts = new Int32Array(BINS);
  const scoreSums = new Float64Array(BINS);
  const labelSums = new Float64Array(BINS);
  const relevant = new Int32Array(BINS);
  for (const [row, user] of userIndex.entries()) {
    const item = itemIndex[row] ?? missing(itemIndex, row);
    const label = labels[row] ?? missing(labels, row);
    const score = 1 / (1 + Math.exp(-dot(users, user, items, item, dim) / temperature));
    const bin = Math.min(BINS - 1, Math.floor(score * BINS));
    addAt(counts, bin, 1);
    addAt(scoreSums, bin, score);
    addAt(labelSums, bin, label);
    addAt(relevant, bin, label >= relevanceThreshold ? 1 : 0);
  }
  const bins = Array.from(counts, (count, bin) => {
    const meanOf = (sums: Float64Array | Int32Array): number =>
      count === 0 ? 0 : (sums[bin] ?? missing(sums, bin)) / count;
    return {
      low: bin / BINS,
      high: (bin + 1) / BINS,
      samples: count,
      mean_score: meanOf(scoreSums),
      mean_label: meanOf(labelSums),
      relevant_share: meanOf(relevant),
    };
  });
  const total = userIndex.length;
  const error = bins.reduce((sum, bin) => sum + bin.samples * Math.abs(bin.mean_score - bin.relevant_share), 0);
  return { expected_calibration_error: total === 0 ? 0 : error / total, samples: total, bins };
};
