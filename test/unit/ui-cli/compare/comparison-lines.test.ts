import { describe, expect, test } from 'vitest';
import { comparisonLines } from '../../../../ui-cli/compare/comparison-lines.ts';
import { modelComparison, userValues } from '../../../support/model-comparison.ts';

const LONG = `models/${'a-name-that-does-not-end-'.repeat(6)}`;

const two = () =>
  modelComparison([
    { ref: 'models/old', values: userValues() },
    { ref: 'two-tower@champion', values: userValues(0.1), learningRate: 0.002 },
  ]);

const five = () =>
  modelComparison(
    ['one', 'two', 'three', 'four', 'five'].map((ref, index) => ({
      ref: `${LONG}${ref}`,
      values: userValues(index === 4 ? 0.03 : index / 100),
      learningRate: 1 / (index + 3),
    })),
  );

describe('ui-cli/compare/comparison-lines', () => {
  test.each([
    ['two models at 80 columns', two(), 80],
    ['five models with long names at 80 columns', five(), 80],
    ['five models with long names at 120 columns', five(), 120],
    [
      '26 models at 80 columns',
      modelComparison(Array.from({ length: 26 }, (_, index) => ({ ref: String(index), values: [0.1, 0.2] }))),
      80,
    ],
  ])('no line of %s is wider', (_case, comparison, width) => {
    const lines = comparisonLines(comparison, width);
    expect(lines.filter((line) => line.length > width)).toEqual([]);
  });

  test('settings that differ, means with intervals, and the mark of the best', () => {
    const lines = comparisonLines(two(), 80);
    expect(lines).toContain('A  models/old');
    expect(lines).toContain('B  two-tower@champion');
    // Values are 0.2 to 0.38 in steps of 0.02, four users each: 0.29, and 0.1 more for B.
    expect(lines.join('\n')).toMatch(/^ {2}training\.learning_rate +0\.001 +0\.002$/m);
    expect(lines.join('\n')).toMatch(/^ {2}NDCG@10 +0\.2900 +0\.3900 \*$/m);
    expect(lines.join('\n')).toMatch(/^ {2}NDCG@10 +-0\.1000 +-0\.1000 to -0\.1000 +< 0\.0001 {2}B is better$/m);
  });

  test('a first place that is shared, and the number of pairs that p is adjusted for', () => {
    const text = comparisonLines(five(), 120).join('\n');
    // Of D and E, which are equal.
    expect(text).toMatch(/^ {2}NDCG@10 +0\.2900 +0\.3000 +0\.3100 +0\.3200 = +0\.3200 =$/m);
    expect(text).toMatch(/^ {2}D - E +\+0\.0000 .* 1\.0000 +1\.0000 {2}not told apart$/m);
    expect(text).toContain('p is adjusted for 10 pairs (Holm)');
    // Ten pairs by NDCG@10 alone.
    expect(text.match(/^ {2}[A-E] - [A-E] /gm)).toHaveLength(10);
  });

  test('of more pairs than a screen holds, those with the highest', () => {
    const many = modelComparison(
      Array.from({ length: 8 }, (_, index) => ({
        ref: `m${index}`,
        values: userValues(index === 2 ? 0.2 : index / 100),
      })),
    );
    const text = comparisonLines(many, 80).join('\n');
    // C beside the seven others, of 28 pairs.
    expect(text.match(/^ {2}(C - [A-H]|[A-H] - C) /gm)).toHaveLength(7);
    expect(text.match(/^ {2}[A-H] - [A-H] /gm)).toHaveLength(7);
    expect(text).toContain('p is adjusted for 28 pairs');
    expect(text).toContain('Shown are those of C');
  });

  test('equal settings are told, and a slice without users has no value', () => {
    const equal = modelComparison([
      { ref: 'x', values: userValues() },
      { ref: 'y', values: userValues() },
    ]);
    const lines = comparisonLines(equal, 80);
    expect(lines).toContain('Settings: all equal');
    expect(lines.join('\n')).toMatch(/^ {2}hot \(> 20\), 0 users +– +–$/m);
  });
});
