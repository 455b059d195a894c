/** How long models take to score users against the whole catalogue. */
import { elementAt } from '../../contracts/element-at.ts';
import { dotScorer } from '../../models/evaluation/dot-scorer.ts';
import type { EmbeddedDataset } from '../../registry/load-model.ts';

const ROUNDS = 7;

const medianOf = (values: readonly number[]): number =>
  elementAt(
    values.toSorted((a, b) => a - b),
    Math.floor(values.length / 2),
  );

/**
 * Milliseconds for `PROBE_USERS` users (or all, where there are fewer): query tower and dot products with every item.
 * Median of seven rounds in which the models take turns, after one round that nobody counts: what else the machine does
 * slows all of them.
 */
export const measureLatencies = (
  models: readonly Omit<EmbeddedDataset, 'users'>[],
  nowMs: () => number,
): readonly number[] => {
  const opened = models.map(({ embedFirstUsers, items, dim }) => {
    const users = embedFirstUsers();
    const rows = Int32Array.from({ length: users.length / dim }, (_, row) => row);
    return { embedFirstUsers, rows, scorer: dotScorer(users, items, dim)(), rounds: [] as number[] };
  });
  try {
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const { embedFirstUsers, rows, scorer, rounds } of opened) {
        const startMs = nowMs();
        embedFirstUsers();
        scorer.scores(rows);
        if (round > 0) {
          rounds.push(nowMs() - startMs);
        }
      }
    }
  } finally {
    for (const { scorer } of opened) {
      scorer.close();
    }
  }
  return opened.map(({ rounds }) => medianOf(rounds));
};
