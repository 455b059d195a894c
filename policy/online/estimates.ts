/** Numbers of an experiment online with their intervals. */
import type { OnlineEstimate } from '../../contracts/online-report.ts';
import { normalQuantile } from '../gate/normal-quantile.ts';
import { confidenceSequence } from './confidence-sequence.ts';

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** A mean that has left what once looked certain is in its interval all the same: users may have changed. */
export const anytimeEstimate = (
  mean: number,
  { low, high }: { readonly low: number; readonly high: number },
): OnlineEstimate => ({ mean, low: Math.min(low, mean), high: Math.max(high, mean), is_anytime_valid: true });

/** Of a mean over users of values from 0 to 1, in the order of the users; at least one. */
export const shareEstimate = (values: readonly number[], confidence: number): OnlineEstimate => {
  const observations = values.map((value) => ({ value, low: 0, high: 1 }));
  return anytimeEstimate(meanOf(values), confidenceSequence({ observations, confidence, support: [0, 1] }));
};

/** Of a mean over users of counts, which have no bound: by the normal distribution, for one look. null for a single user. */
export const countEstimate = (counts: readonly number[], confidence: number): OnlineEstimate | null => {
  if (counts.length < 2) {
    return null;
  }
  const mean = meanOf(counts);
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (counts.length - 1);
  const distance = normalQuantile((1 + confidence) / 2) * Math.sqrt(variance / counts.length);
  return { mean, low: Math.max(0, mean - distance), high: mean + distance, is_anytime_valid: false };
};
