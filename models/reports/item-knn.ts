/**
 * The classic that a model has to beat: an item scores the similarities to it of what the user met in training.
 * Everything is sparse, so that memory grows with pairs and items, not with their products.
 */
import type { LoadedDataset } from '../../contracts/dataset.ts';
import { missing } from '../../contracts/element-at.ts';
import { itemPopularity } from '../evaluation/recommendations.ts';
import { rowScorer, type Scorer } from '../evaluation/scorer.ts';
import { createRowRanker } from '../kernels/rank-row.ts';
import { gatherFloats, gatherIntegers } from '../numerics/gather.ts';
import { groupRows } from '../numerics/row-groups.ts';

/** Best on the validation part of MovieLens-small (random split) among 20 to 200 and 0 to 100. */
const NEIGHBOURS = 100;
const SHRINKAGE = 10;

/** Lists of different length, one after the other: list l is entries[starts[l]] … entries[starts[l + 1] - 1]. */
interface Lists {
  readonly starts: Int32Array;
  readonly entries: Int32Array;
}

/** To each item: the items whose neighbour it is, with the similarity of each. */
interface Neighbours extends Lists {
  readonly similarities: Float32Array;
}

const listOf = ({ starts, entries }: Lists, index: number): Int32Array =>
  entries.subarray(starts[index], starts[index + 1]);

/** Items that each user met with a gain, and the other way round. A pair without a gain is no sign of liking. */
const likedLists = ({ pairs, userIds, itemIds }: LoadedDataset): { readonly ofUser: Lists; readonly ofItem: Lists } => {
  const { userIndex, itemIndex, gain } = pairs.train;
  const rows = Int32Array.from(gain.keys()).filter((row) => (gain[row] ?? missing(gain, row)) > 0);
  const users = gatherIntegers(userIndex, rows);
  const items = gatherIntegers(itemIndex, rows);
  const byUser = groupRows(users, userIds.length);
  const byItem = groupRows(items, itemIds.length);
  return {
    ofUser: { starts: byUser.starts, entries: gatherIntegers(items, byUser.rows) },
    ofItem: { starts: byItem.starts, entries: gatherIntegers(users, byItem.rows) },
  };
};

/** Nearest items of one item after the other, best first; the view holds until the next item. */
const createNearest = ({ ofUser, ofItem }: ReturnType<typeof likedLists>, items: number) => {
  const together = new Int32Array(items);
  const similarities = new Float32Array(items).fill(Number.NEGATIVE_INFINITY);
  const rank = createRowRanker(NEIGHBOURS);
  const lengths = Float64Array.from({ length: items }, (_, item) => Math.sqrt(listOf(ofItem, item).length));
  return (item: number): { readonly top: Int32Array; readonly similarities: Float32Array } => {
    together.fill(0);
    similarities.fill(Number.NEGATIVE_INFINITY);
    for (const user of listOf(ofItem, item)) {
      for (const other of listOf(ofUser, user)) {
        together[other] = (together[other] ?? missing(together, other)) + 1;
      }
    }
    const ownLength = lengths[item] ?? missing(lengths, item);
    for (let other = 0; other < items; other += 1) {
      const count = together[other] ?? missing(together, other);
      if (count > 0 && other !== item) {
        const length = lengths[other] ?? missing(lengths, other);
        similarities[other] = count / (ownLength * length + SHRINKAGE);
      }
    }
    const ranked = rank(similarities, []);
    return { top: 'top' in ranked ? ranked.top : new Int32Array(0), similarities };
  };
};

const findNeighbours = (liked: ReturnType<typeof likedLists>, items: number): Neighbours => {
  const nearest = createNearest(liked, items);
  const neighbours = new Int32Array(items * NEIGHBOURS);
  const values = new Float32Array(items * NEIGHBOURS);
  const targets = new Int32Array(items * NEIGHBOURS);
  let found = 0;
  for (let item = 0; item < items; item += 1) {
    const { top, similarities } = nearest(item);
    for (const neighbour of top) {
      neighbours[found] = neighbour;
      values[found] = similarities[neighbour] ?? missing(similarities, neighbour);
      targets[found] = item;
      found += 1;
    }
  }
  const { starts, rows } = groupRows(neighbours.subarray(0, found), items);
  return {
    starts,
    entries: gatherIntegers(targets, rows),
    similarities: gatherFloats(values, rows),
  };
};

/**
 * Score of an item: the sum of its similarities to those of its NEIGHBOURS nearest that the user met in training with
 * a gain; similarity: cosine of their users, shrunk where few met both. A user who met nothing gets the popularity.
 */
export const itemKnnScorer = (dataset: LoadedDataset): Scorer => {
  const items = dataset.itemIds.length;
  const liked = likedLists(dataset);
  const { starts, entries, similarities } = findNeighbours(liked, items);
  const popularity = itemPopularity(dataset);
  return rowScorer(items, (scores, user) => {
    const met = listOf(liked.ofUser, user);
    if (met.length === 0) {
      scores.set(popularity);
    }
    for (const item of met) {
      const end = starts[item + 1] ?? missing(starts, item + 1);
      for (let at = starts[item] ?? missing(starts, item); at < end; at += 1) {
        const target = entries[at] ?? missing(entries, at);
        const score = scores[target] ?? missing(scores, target);
        scores[target] = score + (similarities[at] ?? missing(similarities, at));
      }
    }
  });
};
