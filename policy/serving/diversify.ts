/** Maximal marginal relevance (Carbonell and Goldstein 1998): a list whose items do not all say the same. */
import { elementAt, missing } from '../../contracts/element-at.ts';

/** The best candidates, of which a list is diversified; behind them it goes on by relevance. */
export const DIVERSIFIED_CANDIDATES = 200;

export interface DiversifyRequest {
  /** Relevance of the candidates, best first. */
  readonly scores: ArrayLike<number>;
  /** How alike two candidates are, by their places in `scores`: 1 for the same, 0 and less for unlike. */
  similarity(a: number, b: number): number;
  /** 0 keeps the order by relevance, 1 heeds nothing but difference after the first. */
  readonly diversity: number;
  /** First places that are wanted; default: all. */
  readonly places?: number;
}

const scaleToUnit = (scores: ArrayLike<number>): Float64Array => {
  const values = Float64Array.from(scores);
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  // All alike: none is more relevant than another.
  return values.map((value) => (high > low ? (value - low) / (high - low) : 1));
};

/**
 * The first candidates of the new order, by their places. Each next one has the most of
 * (1 − diversity) · relevance − diversity · its similarity to the most alike before it, relevance scaled to 0…1; on a
 * tie the one that was first. The beginning does not depend on how far a caller reads, so pages do not repeat; it does
 * on the candidates, so pass the same ones for every page. At most places · n similarities.
 */
export const diversify = (request: DiversifyRequest): readonly number[] => {
  const { scores, similarity, diversity, places = scores.length } = request;
  const relevance = scaleToUnit(scores);
  const nearest = new Float64Array(scores.length).fill(Number.NEGATIVE_INFINITY);
  const left = Uint32Array.from(relevance.keys());
  const order: number[] = [];
  const worth = (candidate: number): number => {
    const relevant = relevance[candidate] ?? missing(relevance, candidate);
    return order.length === 0
      ? relevant
      : (1 - diversity) * relevant - diversity * (nearest[candidate] ?? missing(nearest, candidate));
  };
  for (let count = left.length; count > 0 && order.length < places; count -= 1) {
    let at = 0;
    let most = worth(elementAt(left, 0));
    for (let place = 1; place < count; place += 1) {
      const value = worth(left[place] ?? missing(left, place));
      if (value > most) {
        [at, most] = [place, value];
      }
    }
    const next = elementAt(left, at);
    order.push(next);
    // The others keep their order, which decides ties.
    left.copyWithin(at, at + 1, count);
    for (let place = 0; place < count - 1 && order.length < places; place += 1) {
      const candidate = left[place] ?? missing(left, place);
      nearest[candidate] = Math.max(nearest[candidate] ?? missing(nearest, candidate), similarity(candidate, next));
    }
  }
  return order;
};
