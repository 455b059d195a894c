import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { LoadedDataset, PairArrays } from '../../../contracts/dataset.ts';
import { dotScorer } from '../../../models/evaluation/dot-scorer.ts';
import { evaluateScorer } from '../../../models/evaluation/evaluate-scorer.ts';
import { rowScorer } from '../../../models/evaluation/scorer.ts';
import { evaluateBaselines } from '../../../models/reports/baselines.ts';
import { createToyDataset } from '../../support/toy-dataset.ts';

const pairsOf = (rows: readonly (readonly [user: number, item: number, gain: number])[]): PairArrays => ({
  userIndex: Int32Array.from(rows, ([user]) => user),
  itemIndex: Int32Array.from(rows, ([, item]) => item),
  gain: Float32Array.from(rows, ([, , gain]) => gain),
});

const toy = createToyDataset({ users: 3, items: 12, pairsPerUser: 2, seed: 1 });
const dataset: LoadedDataset = {
  ...toy,
  pairs: {
    train: pairsOf([
      [0, 0, 1],
      [1, 0, 1],
    ]),
    validation: pairsOf([
      [0, 1, 1],
      [2, 3, 0.2],
    ]),
    test: pairsOf([
      [0, 2, 1],
      [1, 1, 0.5],
      [1, 11, 1],
      [2, 5, 0.2],
    ]),
  },
};

/** Every user ranks the catalogue in the order of its index. */
const inOrder = rowScorer(12, (row) => row.set(Float32Array.from(row, (_, item) => 12 - item)));

const evaluate = (split: 'validation' | 'test', scorer = inOrder) =>
  evaluateScorer({ scorer, dataset, split, relevanceThreshold: 0.4 });

describe('models/evaluation', () => {
  it('leaves out what the user met in earlier parts and users without a relevant item', () => {
    const { perUser, summary } = evaluate('test');
    // User 2 has only a gain of 0.2. User 0 met items 0 and 1 before, so item 2 ranks first: NDCG 1.
    // User 1 met item 0; item 1 (gain 0.5) ranks first, item 11 (gain 1) eleventh: 0.5 / (1 + 0.5 / log2(3)) = 0.380094.
    expect(perUser.userIndex).toEqual([0, 1]);
    expect(perUser.ndcg[0]).toBeCloseTo(1, 6);
    expect(perUser.ndcg[1]).toBeCloseTo(0.380094, 5);
    // Before they are divided by the ideal: 1 and 0.5. Of ten places one holds a relevant item, of one and of two.
    expect(perUser.dcg).toEqual([1, 0.5]);
    expect(perUser.precision).toEqual([0.1, 0.1]);
    expect(perUser.recall).toEqual([1, 0.5]);
    expect(summary.users).toBe(2);
    expect(summary.ndcg_at_10).toBeCloseTo((1 + 0.380094) / 2, 5);
    expect(summary.precision_at_10).toBeCloseTo(0.1, 6);
    expect(summary.recall_at_10).toBeCloseTo((1 + 0.5) / 2, 6);
    // MAP: user 0: 1; user 1: (1/1 + 2/11) / 2 = 0.590909.
    expect(summary.map).toBeCloseTo((1 + 0.590909) / 2, 5);
    // Recommended: user 0 items 2 to 11, user 1 items 1 to 10: eleven of twelve.
    expect(summary.coverage).toBeCloseTo(11 / 12, 6);
    // No recommended item occurs in training: each p = (0 + 1) / (2 + 12), so novelty is log2(14) = 3.807355.
    expect(summary.novelty).toBeCloseTo(3.807355, 5);
  });

  it('validation candidates are all but the training items', () => {
    // User 0 met only item 0 in training: item 1 ranks first. User 2 is below the threshold.
    expect(evaluate('validation').perUser).toMatchObject({ userIndex: [0], ndcg: [1] });
  });

  it('a part without relevant pairs has no users and metrics of 0', () => {
    const empty: LoadedDataset = { ...dataset, pairs: { ...dataset.pairs, test: pairsOf([]) } };
    const { summary } = evaluateScorer({ scorer: inOrder, dataset: empty, split: 'test', relevanceThreshold: 0.4 });
    expect(summary).toMatchObject({ users: 0, ndcg_at_10: 0, map: 0, novelty: 0 });
  });

  it('a user who met the whole catalogue has no candidate and enters no mean', () => {
    const everything = Array.from({ length: 12 }, (_, item) => [0, item, 1] as const);
    const train = pairsOf([...everything, [1, 0, 1]]);
    const full: LoadedDataset = { ...dataset, pairs: { ...dataset.pairs, train } };
    const { perUser, summary } = evaluateScorer({
      scorer: inOrder,
      dataset: full,
      split: 'test',
      relevanceThreshold: 0.4,
    });
    expect(perUser.userIndex).toEqual([1]);
    expect(summary.users).toBe(1);
  });

  it('equal scores rank the candidates in the order of the catalogue', () => {
    const { perUser, summary } = evaluate(
      'test',
      rowScorer(12, (row) => row.fill(0.25)),
    );
    expect(perUser).toEqual(evaluate('test').perUser);
    expect(summary).toEqual(evaluate('test').summary);
  });

  it('a score that is not a number is refused, not ranked first', () => {
    const broken = rowScorer(12, (row) => row.fill(Number.NaN, 5, 6));
    expect(() => evaluate('test', broken)).toThrow(/got NaN for user u0 and item i5/);
  });

  it('a scorer that knows the gains reaches an NDCG of 1', () => {
    const { userIndex, itemIndex, gain } = dataset.pairs.test;
    const knowing = rowScorer(12, (scores, wanted) => {
      for (const [row, user] of userIndex.entries()) {
        if (user === wanted) {
          scores[itemIndex[row] ?? 0] = gain[row] ?? 0;
        }
      }
    });
    expect(evaluate('test', knowing).summary.ndcg_at_10).toBe(1);
  });
});

describe('models/scorers', () => {
  it('models/scorers: dot products of a block of users', () => {
    const before = tf.memory().numTensors;
    const scorer = dotScorer(Float32Array.of(1, 0, 0, 2, 3, 4), Float32Array.of(1, 1, -1, 5), 2);
    const open = scorer();
    expect([...open.scores(Int32Array.of(1, 2))]).toEqual([2, 10, 7, 17]);
    expect([...open.scores(Int32Array.of(0, 2))]).toEqual([1, -1, 7, 17]);
    open.close();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('models/scorers: without true affinities there is no oracle', () => {
    const options = { split: 'test', relevanceThreshold: 0.4, seed: 1 } as const;
    expect(Object.keys(evaluateBaselines({ ...options, dataset }))).toEqual([
      'oracle',
      'popularity',
      'item_knn',
      'content',
      'random',
    ]);
    const real = { ...dataset, affinities: null };
    expect(Object.keys(evaluateBaselines({ ...options, dataset: real }))).toEqual([
      'popularity',
      'item_knn',
      'content',
      'random',
    ]);
  });
});
