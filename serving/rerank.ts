/** The first places in another order, where a request asks for less popular or more different items. */
import { elementAt } from '../contracts/element-at.ts';
import { dampPopularity } from '../policy/serving/damp-popularity.ts';
import { DIVERSIFIED_CANDIDATES, diversify } from '../policy/serving/diversify.ts';
import { dotAt, lengthOf } from '../registry/search/matrix.ts';
import type { RankedRows } from '../registry/search/vector-search.ts';
import type { CatalogueSide } from './catalogue-side.ts';

const reorder = ({ rows, scores }: RankedRows, order: readonly number[]): RankedRows => ({
  rows: order.map((place) => elementAt(rows, place)),
  scores: order.map((place) => elementAt(scores, place)),
});

/** Of an item that has no vector yet: it is like no other. */
const NOTHING = new Float32Array(0);

/**
 * Reorders the same ones for every page of a list, so that pages do not repeat; the first `places` at least come back.
 * @param popularity of each row of the bundle; nobody has met the others
 * @param ranked at least these, or all
 */
export const rerank = (
  items: CatalogueSide,
  popularity: Float32Array,
  ranked: RankedRows,
  { diversity, damping, places }: { readonly diversity: number; readonly damping: number; readonly places: number },
): RankedRows => {
  const first = {
    rows: ranked.rows.slice(0, DIVERSIFIED_CANDIDATES),
    scores: ranked.scores.slice(0, DIVERSIFIED_CANDIDATES),
  };
  const counts = first.rows.map((row) => popularity[row] ?? 0);
  const damped = dampPopularity(first.scores, counts, damping);
  const order = [...first.rows.keys()].sort((a, b) => elementAt(damped, b) - elementAt(damped, a) || a - b);
  const vectors = order.map((place) => items.vectorAt(elementAt(first.rows, place)) ?? NOTHING);
  const lengths = vectors.map(lengthOf);
  const similarity = (a: number, b: number): number => {
    const product = elementAt(lengths, a) * elementAt(lengths, b);
    return product === 0 ? 0 : dotAt(elementAt(vectors, a), 0, elementAt(vectors, b)) / product;
  };
  const varied =
    diversity === 0
      ? order
      : diversify({
          ...{ scores: order.map((place) => elementAt(damped, place)), similarity, diversity },
          places,
        }).map((place) => elementAt(order, place));
  const front = reorder(first, varied);
  return {
    rows: [...front.rows, ...ranked.rows.slice(DIVERSIFIED_CANDIDATES)],
    scores: [...front.scores, ...ranked.scores.slice(DIVERSIFIED_CANDIDATES)],
  };
};
