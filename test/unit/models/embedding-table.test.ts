import { describe, expect, it } from 'vitest';
import { createGenerator, toIndex, toUnit } from '../../../models/numerics/prng.ts';
import type { OptimiserVectors } from '../../../models/optimiser/optimiser.ts';
import { type Bags, singleRows, sumBags } from '../../../models/towers/bags.ts';
import { createEmbeddingTable } from '../../../models/towers/embedding-table.ts';

const STEP = { learningRate: 0.1, weightDecay: 0.01, step: 1 };

const freshVectors = (parameters: Float32Array): OptimiserVectors => ({
  parameters,
  firstMoment: new Float32Array(parameters.length),
  secondMoment: new Float32Array(parameters.length),
});

/** Bags of 0 to 5 entries, rows and coefficients at random; row 0 is in none. */
const randomBags = (bags: number, tableRows: number, seed: number): Bags => {
  const next = createGenerator(seed);
  const lengths = Array.from({ length: bags }, () => toIndex(next(), 6));
  const starts = Int32Array.from([0, ...lengths.keys()], (_, bag) =>
    lengths.slice(0, bag).reduce((sum, length) => sum + length, 0),
  );
  const entries = starts.at(-1) ?? 0;
  return {
    starts,
    rows: Int32Array.from({ length: entries }, () => 1 + toIndex(next(), tableRows - 1)),
    coefficients: Float32Array.from({ length: entries }, () => toUnit(next()) - 0.3),
  };
};

const randomNumbers = (length: number, seed: number): Float32Array => {
  const next = createGenerator(seed);
  return Float32Array.from({ length }, () => 2 * toUnit(next()) - 1);
};

describe('models/bags', () => {
  it('models/towers/bags: single rows are bags of one, and that of unknown ids is empty unless it is used', () => {
    const table = Float32Array.of(9, 9, 1, 2, 3, 4);
    const rows = Int32Array.of(2, 0, 1);
    expect([...sumBags(table, 2, singleRows(rows, true))]).toEqual([3, 4, 9, 9, 1, 2]);
    expect([...sumBags(table, 2, singleRows(rows, false))]).toEqual([3, 4, 0, 0, 1, 2]);
  });
});

describe('models/embedding-table', () => {
  it('one step worked out by hand on the rows in use; the others stay, decay and all', () => {
    const table = createEmbeddingTable(freshVectors(Float32Array.of(1, 2, 3, 4, 1, -2)), 2);
    table.gather(Float32Array.of(0.5, -0.5), singleRows(Int32Array.of(2), false));
    expect(table.squaredLength()).toBeCloseTo(0.5, 6);
    table.apply(1, STEP);
    const { parameters, firstMoment, secondMoment } = table.read();
    // m = 0.1 · 0.5 = 0.05, v = 0.001 · 0.25 = 0.00025, p = 1 · (1 - 0.001) - 0.1 · 0.5 / 0.5 = 0.899; -2 · 0.999 + 0.1.
    expect([...parameters].map((value) => Number(value.toFixed(5)))).toEqual([1, 2, 3, 4, 0.899, -1.898]);
    expect([...firstMoment.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    expect(firstMoment[4]).toBeCloseTo(0.05, 7);
    expect(secondMoment[5]).toBeCloseTo(0.00025, 8);
  });

  it.each([1, 3, 4, 7, 16])('sums of rows of %i numbers are those of plain loops', (dim) => {
    const parameters = randomNumbers(20 * dim, 1);
    const table = createEmbeddingTable(freshVectors(parameters), dim);
    for (const bags of [randomBags(30, 20, 2), randomBags(4, 20, 3), randomBags(0, 20, 4)]) {
      expect(table.sums(bags)).toEqual(sumBags(parameters, dim, bags));
    }
  });

  it.each([1, 3, 4, 7, 16])('two steps on rows of %i numbers are those of plain loops', (dim) => {
    const tableRows = 20;
    const parameters = randomNumbers(tableRows * dim, 5);
    const given = freshVectors(parameters);
    const table = createEmbeddingTable(given, dim);
    const expected = Float64Array.from(parameters);
    const first = new Float64Array(parameters.length);
    const second = new Float64Array(parameters.length);
    for (const step of [1, 2]) {
      const bags = randomBags(12, tableRows, step);
      const ofSums = randomNumbers(12 * dim, 10 + step);
      table.gather(ofSums, bags);
      table.apply(0.5, { ...STEP, step });
      const gradients = new Float64Array(parameters.length);
      for (let bag = 0; bag < 12; bag += 1) {
        for (let entry = bags.starts[bag] ?? 0; entry < (bags.starts[bag + 1] ?? 0); entry += 1) {
          for (let column = 0; column < dim; column += 1) {
            const at = (bags.rows[entry] ?? 0) * dim + column;
            const share = (bags.coefficients[entry] ?? 0) * (ofSums[bag * dim + column] ?? 0);
            gradients[at] = (gradients[at] ?? 0) + 0.5 * share;
          }
        }
      }
      for (const row of new Set(bags.rows)) {
        for (let at = row * dim; at < (row + 1) * dim; at += 1) {
          const slope = gradients[at] ?? 0;
          first[at] = 0.9 * (first[at] ?? 0) + 0.1 * slope;
          second[at] = 0.999 * (second[at] ?? 0) + 0.001 * slope * slope;
          const mean = (first[at] ?? 0) / (1 - 0.9 ** step);
          const deviation = Math.sqrt((second[at] ?? 0) / (1 - 0.999 ** step));
          expected[at] = (expected[at] ?? 0) * (1 - 0.001) - (0.1 * mean) / (deviation + 1e-8);
        }
      }
    }
    table.read().parameters.forEach((value, at) => {
      expect(value).toBeCloseTo(expected[at] ?? Number.NaN, 5);
    });
    expect(given.parameters).toEqual(randomNumbers(tableRows * dim, 5));
  });
});
