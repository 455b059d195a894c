/** Maximal marginal relevance (Carbonell and Goldstein 1998): a list whose items do not all say the same. */
import { elementAt } from '../../contracts/element-at.ts';

/** The best candidates, of which a list is diversified; behind them it goes on by relevance. */
export const DIVERSIFIED_CANDIDATES = 200;

export interface DiversifyRequest {
  /** Relevance of the candidates, best first. */
  readonly scores: ArrayLike<number>;
  /** How alike two candidates are, by their places in `scores`: 1 for the same, 0 and less for unlike. */
  similarity(a: number, b: number): number;
  /** 0 keeps the order by relevance, 1 heeds nothing but difference after the first. */
  readonly diversity: number;
}

const scaleToUnit = (scores: ArrayLike<number>): Float64Array => {
  const values = Float64Array.from(scores);
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  // All alike: none is more relevant than another.
  return values.map((value) => (high > low ? (value - low) / (high - low) : 1));
};

/**
 * The places of all candidates in their new order. Each next one has the most of
 * (1 − diversity) · relevance − diversity · its similarity to the most alike before it, relevance scaled to 0…1; on a
 * tie the one that was first. The beginning does not depend on how far a caller reads, so pages do not repeat; it does
 * on the candidates, so pass the same ones for every page. n² / 2 similarities.
 */
export const diversify = ({ scores, similarity, diversity }: DiversifyRequest): readonly number[] => {
  const relevance = scaleToUnit(scores);
  const nearest = new Float64Array(scores.length).fill(Number.NEGATIVE_INFINITY);
  const left = Array.from(relevance.keys());
  const order: number[] = [];
  const worth = (candidate: number): number =>
    order.length === 0
      ? elementAt(relevance, candidate)
      : (1 - diversity) * elementAt(relevance, candidate) - diversity * elementAt(nearest, candidate);
  while (left.length > 0) {
    let at = 0;
    for (let place = 1; place < left.length; place += 1) {
      if (worth(elementAt(left, place)) > worth(elementAt(left, at))) {
        at = place;
      }
    }
    const [picked] = left.splice(at, 1);
    const next = elementAt([picked], 0);
    order.push(next);
    for (const candidate of left) {
      nearest[candidate] = Math.max(elementAt(nearest, candidate), similarity(candidate, next));
    }
  }
  return order;
};
