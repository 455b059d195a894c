import { describe, expect, test } from 'vitest';
import {
  type ComparisonInput,
  compareTrainings,
  type EpochValues,
} from '../../../../policy/reproduction/compare-trainings.ts';

const epochs = (...losses: readonly (readonly [number, number | null])[]): readonly EpochValues[] =>
  losses.map(([train_loss, val_loss], index) => ({ epoch: index + 1, values: { train_loss, val_loss } }));

const TRAINED = epochs([0.5, 0.6], [0.4, 0.55]);
const FILES = { 'user_tower/weights.bin': 'aa', 'item_tower/weights.bin': 'bb' };

const compare = (change: Partial<ComparisonInput> = {}) =>
  compareTrainings({
    recorded: [
      { source: 'history', epochs: TRAINED },
      { source: 'metrics', epochs: TRAINED },
    ],
    reproduced: TRAINED,
    models: { recorded: FILES, reproduced: FILES },
    tolerance: 0,
    ...change,
  });

describe('policy/reproduction/compare-trainings', () => {
  test('the same values and files are equal', () => {
    expect(compare()).toEqual({
      verdict: 'equal',
      tolerance: 0,
      // 2 sources, 2 epochs, 2 metrics
      values: 8,
      firstDifference: null,
      largestDifference: null,
      isModelEqual: true,
    });
  });

  test('the last bit of one value is a difference', () => {
    // The next float64 after 0.5.
    const recorded = epochs([0.5 + 2 ** -53, 0.6], [0.4, 0.55]);
    const { verdict, firstDifference } = compare({ recorded: [{ source: 'history', epochs: recorded }] });
    expect(verdict).toBe('differs');
    expect(firstDifference).toMatchObject({ epoch: 1, metric: 'train_loss', difference: 2 ** -53 });
  });

  test('the first difference is the earliest epoch of any source, the largest the farthest', () => {
    const { firstDifference, largestDifference } = compare({
      recorded: [
        { source: 'history', epochs: epochs([0.5, 0.6], [0.9, 0.55]) },
        { source: 'metrics', epochs: epochs([0.5, 0.7], [0.4, 0.55]) },
      ],
    });
    expect(firstDifference).toMatchObject({ source: 'metrics', epoch: 1, metric: 'val_loss', recorded: 0.7 });
    expect(largestDifference).toMatchObject({ source: 'history', epoch: 2, metric: 'train_loss', difference: 0.5 });
  });

  test('a tolerance accepts differences up to itself, and those of files', () => {
    const input = {
      recorded: [{ source: 'history', epochs: epochs([0.5, 0.6], [0.4, 0.5]) }],
      models: { recorded: { ...FILES, 'item_tower/weights.bin': 'cc' }, reproduced: FILES },
    } as const;
    const difference = 0.55 - 0.5;
    expect(compare({ ...input, tolerance: difference })).toMatchObject({
      verdict: 'within_tolerance',
      firstDifference: { epoch: 2, metric: 'val_loss' },
      isModelEqual: false,
    });
    expect(compare({ ...input, tolerance: difference * 0.99 }).verdict).toBe('differs');
  });

  test('with a tolerance the first difference named is one beyond it', () => {
    const recorded = [{ source: 'history', epochs: epochs([0.51, 0.6], [0.6, 0.55]) }] as const;
    expect(compare({ recorded, tolerance: 0.1 }).firstDifference).toMatchObject({ epoch: 2, metric: 'train_loss' });
  });

  test('equal values with another model differ', () => {
    const models = { recorded: { ...FILES, 'item_ids.f32': 'dd' }, reproduced: FILES };
    expect(compare({ models })).toMatchObject({ verdict: 'differs', firstDifference: null, isModelEqual: false });
  });

  test('a record without a model can be equal', () => {
    expect(compare({ models: { recorded: null, reproduced: FILES } })).toMatchObject({
      verdict: 'equal',
      isModelEqual: null,
    });
  });

  test.each([
    ['the new training lacks', TRAINED, TRAINED.slice(0, 1), { recorded: 0.4, reproduced: null }],
    ['the record lacks', TRAINED.slice(0, 1), TRAINED, { recorded: null, reproduced: 0.4 }],
  ])('an epoch that %s is beyond every tolerance', (_, before, again, values) => {
    const input = { recorded: [{ source: 'metrics', epochs: before }], reproduced: again, tolerance: 100 } as const;
    expect(compare(input)).toMatchObject({
      verdict: 'differs',
      firstDifference: { epoch: 2, metric: 'train_loss', ...values, difference: null },
      largestDifference: null,
    });
  });

  test('a metric that the record does not know is left out', () => {
    const recorded = [{ source: 'metrics', epochs: [{ epoch: 1, values: { train_loss: 0.5 } }] }] as const;
    expect(compare({ recorded, reproduced: TRAINED.slice(0, 1) })).toMatchObject({ verdict: 'equal', values: 1 });
  });

  test('no number is equal to no number, and to nothing else', () => {
    const reproduced = epochs([Number.NaN, 0.6]);
    const against = (value: number | null) =>
      compare({
        recorded: [
          {
            source: 'history',
            epochs: epochs([0, 0.6]).map(({ epoch, values }) => ({ epoch, values: { ...values, train_loss: value } })),
          },
        ],
        reproduced,
      });
    expect(against(null).verdict).toBe('equal');
    expect(against(0).verdict).toBe('differs');
  });
});
