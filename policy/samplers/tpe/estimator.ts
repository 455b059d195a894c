/** A multivariate Parzen estimator: a mixture of products, so that values that go together stay together. */
import { elementAt } from '../../../contracts/element-at.ts';
import type { Rng } from '../../rng.ts';
import type { Domain } from '../../space/domain.ts';
import { createKernels } from './kernels.ts';

export interface Estimator {
  /** One position a domain. */
  draw(rng: Rng): readonly number[];
  logDensity(positions: readonly number[]): number;
}

export interface EstimatorSettings {
  /** One an observation; the prior has 1. */
  readonly weights: Float64Array;
  /** Least width of a kernel, as a share of the range. */
  readonly leastWidth: number;
}

/** Shares of the observations, and that of the prior as the last one. */
const sharesOf = (weights: Float64Array): Float64Array => {
  const total = weights.reduce((sum, weight) => sum + weight, 1);
  return Float64Array.from([...weights, 1], (weight) => weight / total);
};

const logSumExp = (terms: Float64Array): number => {
  let greatest = Number.NEGATIVE_INFINITY;
  for (const term of terms) {
    greatest = Math.max(greatest, term);
  }
  let sum = 0;
  for (const term of terms) {
    sum += Math.exp(term - greatest);
  }
  return greatest + Math.log(sum);
};

/** @param observations one position a domain each; none: the prior alone */
export const createEstimator = (
  domains: readonly Domain[],
  observations: readonly (readonly number[])[],
  { weights, leastWidth }: EstimatorSettings,
): Estimator => {
  const shares = sharesOf(weights);
  const logShares = shares.map(Math.log);
  const kernels = domains.map((domain, axis) =>
    createKernels(
      domain,
      observations.map((positions) => elementAt(positions, axis)),
      leastWidth,
    ),
  );
  const drawKernel = (rng: Rng): number => {
    let rest = rng.next();
    const kernel = shares.findIndex((share) => {
      rest -= share;
      return rest < 0;
    });
    return kernel < 0 ? observations.length : kernel;
  };
  return {
    draw: (rng) => {
      const kernel = drawKernel(rng);
      return kernels.map((axis) => axis.draw(kernel, rng));
    },
    logDensity: (positions) => {
      const sums = Float64Array.from(logShares);
      for (const [axis, position] of positions.entries()) {
        elementAt(kernels, axis).addLogDensity(position, sums);
      }
      return logSumExp(sums);
    },
  };
};
