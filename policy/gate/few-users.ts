/**
 * With fewer users whose results differ, an interval of resampled means is too narrow now and then: a permutation test
 * must agree with it. Users without a difference narrow the interval by their number, and say nothing of its shape.
 */
export const FEW_USERS = 200;

/**
 * So far out, an interval's end is too near even with more users: with 350 of them, of whom one in seven differs, twice as
 * many intervals lie above 0 by chance as should at 0.02 % (docs/gate.md).
 */
const FAR_TAIL = 0.01;

/**
 * @param differing users whose results differ; where that is not known, all
 * @param confidence two-sided, of the interval
 */
export const needsPermutation = (differing: number, confidence: number): boolean =>
  differing < FEW_USERS || (1 - confidence) / 2 < FAR_TAIL;
