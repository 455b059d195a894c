/** How much each observation counts in a density, the prior counting 1. */

/** So many newest observations count fully; before them the weight falls to that of one in all. */
const FULL_WEIGHT_OBSERVATIONS = 25;

/** `observations` weights, of the oldest first: what was bad long ago says less about where to go now. */
export const ageWeights = (observations: number): Float64Array => {
  const old = observations - FULL_WEIGHT_OBSERVATIONS;
  const weights = new Float64Array(observations).fill(1);
  for (let place = 0; place < old; place += 1) {
    const share = old === 1 ? 0 : place / (old - 1);
    weights[place] = 1 / observations + share * (1 - 1 / observations);
  }
  return weights;
};

/**
 * `observations` weights with a mean of 1, of the best first, falling with the logarithm of the rank as in evolution
 * strategies (Hansen 2016, "The CMA evolution strategy: a tutorial"). By rank and not by improvement, so that nothing
 * depends on the scale of the values.
 */
export const rankWeights = (observations: number): Float64Array => {
  const weights = Float64Array.from({ length: observations }, (_, rank) => Math.log((observations + 1) / (rank + 1)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (weight * observations) / total);
};
