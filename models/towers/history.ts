/** What users did, as an input of their tower: the embeddings of the items that they met, summed. */
import type { IdRows, PairArrays } from '../../contracts/dataset.ts';
import { addAt, missing } from '../../contracts/element-at.ts';
import { combineSeeds, createGenerator, STREAM, toIndex, toUnit } from '../numerics/prng.ts';
import { accumulate } from '../numerics/row-groups.ts';
import type { Bags } from './bags.ts';

/** Rows of the history table for each user: rows[starts[u]] … rows[starts[u + 1] - 1]. */
export interface Histories {
  readonly starts: Int32Array;
  readonly rows: Int32Array;
}

/**
 * The items met in training with a gain above 0, as far as the model knows them: row 0 stands for unknown ids.
 * @param pairs of the training part, sorted by user
 */
export const historiesOf = (pairs: PairArrays, users: number, ids: IdRows): Histories => {
  const starts = new Int32Array(users + 1);
  const rows: number[] = [];
  const { userIndex, itemIndex, gain } = pairs;
  for (const [pair, user] of userIndex.entries()) {
    const item = itemIndex[pair] ?? missing(itemIndex, pair);
    const row = ids.rows[item] ?? missing(ids.rows, item);
    if (row > 0 && (gain[pair] ?? missing(gain, pair)) > 0) {
      rows.push(row);
      addAt(starts, user + 1, 1);
    }
  }
  accumulate(starts);
  return { starts, rows: Int32Array.from(rows) };
};

const NOTHING = new Int32Array(0);

/** Most rows that one user brings into a training step; a user with more brings a new draw of them each time. */
const MOST_ROWS = 64;

export interface HistoryStep {
  /** Rows that the step asks the model to predict, which must not stand in the question. */
  readonly isTarget: (user: number, row: number) => boolean;
  /**
   * 1 for a user that the step takes for new, in the order of the users: without a history, as they will be met. What the
   * model says to new users would otherwise never be trained.
   */
  readonly unknown: Uint8Array;
  /** Share of the rows that is left out. */
  readonly dropout: number;
  readonly seed: number;
}

/**
 * Sum over a user's history, divided by the square root of its length: the more is known of a user, the more it counts
 * beside their features, and the noise of it stays level.
 * @param users indices, [count]
 * @param step null outside training: whole histories
 */
export const historyBags = ({ starts, rows }: Histories, users: Int32Array, step: HistoryStep | null): Bags => {
  const bagStarts = new Int32Array(users.length + 1);
  const taken: number[] = [];
  const coefficients: number[] = [];
  for (const [bag, user] of users.entries()) {
    const isUnknown = step !== null && step.unknown[bag] === 1;
    const whole = isUnknown ? NOTHING : rows.subarray(starts[user], starts[user + 1]);
    const next = createGenerator(step === null ? 0 : combineSeeds(step.seed, STREAM.history, user));
    const left =
      step === null ? whole : whole.filter((row) => toUnit(next()) >= step.dropout && !step.isTarget(user, row));
    const isDrawn = step !== null && left.length > MOST_ROWS;
    const count = isDrawn ? MOST_ROWS : left.length;
    for (let entry = 0; entry < count; entry += 1) {
      const place = isDrawn ? toIndex(next(), left.length) : entry;
      taken.push(left[place] ?? missing(left, place));
      coefficients.push(Math.sqrt(left.length) / count);
    }
    bagStarts[bag + 1] = taken.length;
  }
  return { starts: bagStarts, rows: Int32Array.from(taken), coefficients: Float32Array.from(coefficients) };
};
