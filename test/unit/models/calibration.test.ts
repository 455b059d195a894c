import { describe, expect, it } from 'vitest';
import { measureCalibration } from '../../../models/reports/calibration.ts';

/** Score of item i for the only user: logit i. */
const logits = (...values: readonly number[]) => ({
  users: Float32Array.of(1),
  items: Float32Array.from(values),
  dim: 1,
  temperature: 1,
});

const samplesOf = (labels: readonly number[]) => ({
  userIndex: new Int32Array(labels.length),
  itemIndex: Int32Array.from(labels.keys()),
  label: Float32Array.from(labels),
  weight: new Float32Array(labels.length).fill(1),
});

describe('models/calibration', () => {
  it('mean score against share of relevant samples, weighted by bin', () => {
    // sigmoid(0) = 0.5 three times, one of them relevant: distance 0.5 - 1/3 = 1/6. sigmoid(ln 9) = 0.9, relevant: 0.1.
    const {
      expected_calibration_error: error,
      bins,
      samples,
    } = measureCalibration({
      ...logits(0, 0, 0, Math.log(9)),
      samples: samplesOf([1, 0, 0.2, 0.4]),
      relevanceThreshold: Math.fround(0.4),
    });
    expect(error).toBeCloseTo((3 / 4) * (1 / 6) + (1 / 4) * 0.1, 6);
    expect(samples).toBe(4);
    expect(bins).toHaveLength(10);
    expect(bins[5]).toMatchObject({ samples: 3, mean_score: 0.5 });
    expect(bins[5]?.relevant_share).toBeCloseTo(1 / 3, 12);
    expect(bins[5]?.mean_label).toBeCloseTo(0.4, 6);
    expect(bins[0]).toMatchObject({ samples: 0, mean_score: 0, relevant_share: 0 });
  });

  it('dot products are divided by the temperature', () => {
    const { bins } = measureCalibration({
      ...logits(Math.log(4) / 10),
      temperature: 0.1,
      samples: samplesOf([1]),
      relevanceThreshold: 0.4,
    });
    expect(bins.find(({ samples }) => samples > 0)?.mean_score).toBeCloseTo(0.8, 6);
  });

  it('a score of one belongs to the last bin', () => {
    const { bins } = measureCalibration({ ...logits(1000), samples: samplesOf([1]), relevanceThreshold: 0.4 });
    expect(bins[9]).toMatchObject({ samples: 1, mean_score: 1, relevant_share: 1 });
  });

  it('no samples make an error of 0', () => {
    const { expected_calibration_error: error } = measureCalibration({
      ...logits(),
      samples: samplesOf([]),
      relevanceThreshold: 0.4,
    });
    expect(error).toBe(0);
  });
});
