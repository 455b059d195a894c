import { describe, expect, test } from 'vitest';
import { defaultConfig } from '../../../../config/load.ts';
import type { ConfigProblem } from '../../../../config/problem.ts';
import { TtExpError } from '../../../../contracts/errors.ts';

const RATE = 'training.temperature';

/** `path: found | expected` of each problem; null for a sweep that is accepted. */
const problemsOf = (sweep: object, settings: readonly string[] = []): readonly string[] | null => {
  try {
    defaultConfig('x', [`sweep=${JSON.stringify({ sampler: 'random', max_trials: 4, ...sweep })}`, ...settings]);
    return null;
  } catch (error) {
    if (!(error instanceof TtExpError)) {
      throw error;
    }
    const problems = error.details.problems as readonly ConfigProblem[];
    return problems.map(({ path, found, expected }) => `${path.replace('sweep.space', '')}: ${found} | ${expected}`);
  }
};

/** A space in which the temperature is varied where `key`, a parameter with this range, has the value. */
const spaceWith = (key: string, parameter: object, value: unknown): object => ({
  space: { [key]: parameter, [RATE]: { choice: [0.1, 0.2], when: { [key]: [value] } } },
});

const at = (key: string): string => `["${RATE}"].when["${key}"][0]`;

describe('config/space/check-occurs', () => {
  test.each([
    [
      'outside a stepped range',
      'model.dropout_rate',
      { float: { low: 0, high: 0.5, step: 0.1 } },
      0.7,
      'one of the values of model.dropout_rate: 0 to 0.5 in steps of 0.1',
    ],
    [
      // 0.1 + 2 · 0.1 is 0.30000000000000004 in floating point; trials have 0.3.
      'with the noise of floating point',
      'model.dropout_rate',
      { float: { low: 0.1, high: 0.5, step: 0.1 } },
      0.30000000000000004,
      'one of the values of model.dropout_rate: 0.1 to 0.5 in steps of 0.1',
    ],
    [
      'beyond the last step',
      'training.batch_size',
      { int: { low: 64, high: 200, step: 64 } },
      200,
      'one of the values of training.batch_size: 64 to 192 in steps of 64',
    ],
    [
      'between the steps of whole numbers',
      'training.batch_size',
      { int: { low: 64, high: 192, step: 64 } },
      100,
      'one of the values of training.batch_size: 64 to 192 in steps of 64',
    ],
    [
      'outside a logarithmic range of whole numbers',
      'training.batch_size',
      { int: { low: 8, high: 64, log: true } },
      128,
      'one of the values of training.batch_size: 8 to 64 in steps of 1',
    ],
    [
      'that a range of one value does not have',
      'training.batch_size',
      { int: { low: 8, high: 8 } },
      16,
      'one of the choices of training.batch_size: 8',
    ],
    [
      'inside a continuous range, which no draw equals',
      'model.dropout_rate',
      { float: { low: 0, high: 0.5 } },
      0.3,
      'a key with listed values: no draw from a continuous range equals a given number; give model.dropout_rate a "step" or "choice"',
    ],
    [
      'inside a continuous logarithmic range',
      'training.learning_rate',
      { float: { low: 0.0001, high: 0.1, log: true } },
      0.001,
      'a key with listed values: no draw from a continuous range equals a given number; give training.learning_rate a "step" or "choice"',
    ],
  ])('refuses a condition on a value %s', (_what, key, parameter, value, expected) => {
    expect(problemsOf(spaceWith(key, parameter, value))).toEqual([`${at(key)}: ${value} | ${expected}`]);
  });

  test.each([
    ['the first value of a stepped range', 'model.dropout_rate', { float: { low: 0.1, high: 0.5, step: 0.1 } }, 0.1],
    [
      'a value of a step that floats cannot add',
      'model.dropout_rate',
      { float: { low: 0.1, high: 0.5, step: 0.1 } },
      0.3,
    ],
    ['the last step of a range', 'training.batch_size', { int: { low: 64, high: 200, step: 64 } }, 192],
    ['a whole number of a logarithmic range', 'training.batch_size', { int: { low: 8, high: 64, log: true } }, 33],
    ['the only value of a range', 'training.batch_size', { int: { low: 8, high: 8 } }, 8],
    ['a list among choices', 'model.hidden_dims', { choice: [[64], [64, 32]] }, [64, 32]],
  ])('takes a condition on %s', (_what, key, parameter, value) => {
    expect(problemsOf(spaceWith(key, parameter, value))).toBeNull();
  });

  const onLoss = (...losses: readonly string[]): object => ({
    space: { [RATE]: { choice: [0.1, 0.2], when: { 'training.loss': losses } } },
  });

  test('refuses a condition on a key that has another value in every trial', () => {
    const place = `["${RATE}"].when["training.loss"]`;
    const among = (loss: string): string => `"${loss}" among them, the value of training.loss in every trial`;
    // The default is weighted_bce; the config and then "fixed" override it.
    expect(problemsOf(onLoss('bpr'))).toEqual([`${place}: ["bpr"] | ${among('weighted_bce')}`]);
    expect(problemsOf(onLoss('bpr'), ['training.loss=in_batch_softmax'])).toEqual([
      `${place}: ["bpr"] | ${among('in_batch_softmax')}`,
    ]);
    expect(problemsOf({ ...onLoss('weighted_bce'), fixed: { 'training.loss': 'bpr' } })).toEqual([
      `${place}: ["weighted_bce"] | ${among('bpr')}`,
    ]);
  });

  test('takes a condition on a key whose value is one of the listed ones', () => {
    expect(problemsOf(onLoss('bpr', 'weighted_bce'))).toBeNull();
    expect(problemsOf({ ...onLoss('bpr'), fixed: { 'training.loss': 'bpr' } })).toBeNull();
  });

  test('takes a condition that holds in an enqueued trial', () => {
    expect(problemsOf({ ...onLoss('bpr'), enqueue: [{ 'training.loss': 'bpr' }] })).toBeNull();
    const outside = spaceWith('training.batch_size', { int: { low: 8, high: 64 } }, 256);
    expect(problemsOf({ ...outside, enqueue: [{ 'training.loss': 'bpr' }] })).toBeNull();
    expect(problemsOf({ ...outside, enqueue: [{ 'training.batch_size': 128 }] })).toHaveLength(1);
  });

  test('refuses conditions of which one rules the other out', () => {
    const space = {
      'training.loss': { choice: ['bpr', 'in_batch_softmax'] },
      'training.mixed_negatives': { choice: [0, 64], when: { 'training.loss': ['in_batch_softmax'] } },
      [RATE]: { choice: [0.1], when: { 'training.mixed_negatives': [64], 'training.loss': ['bpr'] } },
    };
    expect(problemsOf({ space })).toEqual([
      `["${RATE}"].when: training.loss in ["bpr"] and ["in_batch_softmax"] | conditions that can all hold, including those of the parameters that they name`,
    ]);
    const mended = { ...space, [RATE]: { choice: [0.1], when: { 'training.mixed_negatives': [64] } } };
    expect(problemsOf({ space: mended })).toBeNull();
  });

  test('three conditions that hold by twos and not together are refused', () => {
    const of = (...losses: readonly string[]): object => ({ 'training.loss': losses });
    const space = {
      'training.loss': { choice: ['bpr', 'in_batch_softmax', 'weighted_bce'] },
      'training.clip_norm': { choice: [0, 1], when: of('bpr', 'in_batch_softmax') },
      'training.warmup_epochs': { choice: [0, 1], when: { ...of('bpr', 'weighted_bce'), 'training.clip_norm': [1] } },
      [RATE]: { choice: [0.1], when: { ...of('in_batch_softmax', 'weighted_bce'), 'training.warmup_epochs': [1] } },
    };
    expect(problemsOf({ space })).toHaveLength(1);
  });

  test('config/space/check-points: refuses conditions that the constraints never let hold', () => {
    const space = {
      'training.batch_size': { choice: [64, 128] },
      [RATE]: { choice: [0.1], when: { 'training.batch_size': [128] } },
    };
    expect(problemsOf({ space, constraints: ['training.batch_size < 128'] })).toEqual([
      `["${RATE}"].when: conditions that hold in none | conditions that hold in at least one point that fulfils the constraints`,
    ]);
    expect(problemsOf({ space, constraints: ['training.batch_size <= 128'] })).toBeNull();
  });
});
