/** What an evaluation ranks by. */

export interface OpenScorer {
  /** Scores of these users for all items, row-major [users, items]; the caller may overwrite them. */
  scores(users: Int32Array): Float32Array;
  /** Frees what is kept between two blocks. */
  close(): void;
}

/** Opens the scores; who opens them closes them. */
export type Scorer = () => OpenScorer;

/** A scorer that keeps nothing. */
export const plainScorer =
  (scores: OpenScorer['scores']): Scorer =>
  () => ({ scores, close: () => undefined });

/** A scorer that fills the row of one user at a time, [items], all 0 before. */
export const rowScorer = (items: number, fill: (row: Float32Array, user: number) => void): Scorer =>
  plainScorer((users) => {
    const scores = new Float32Array(users.length * items);
    for (const [row, user] of users.entries()) {
      fill(scores.subarray(row * items, (row + 1) * items), user);
    }
    return scores;
  });
