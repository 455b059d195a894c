/** A multivariate Parzen estimator: a mixture of products, so that values that go together stay together. */
import type { Rng } from '../../rng.ts';
import type { Domain } from '../../space/domain.ts';
import { createKernels } from './kernels.ts';

export interface Estimator {
  /** One position a domain. */
  draw(rng: Rng): readonly number[];
  logDensity(positions: readonly number[]): number;
}

/** So many newest observations weigh fully; before them the weight falls to that of one in all. */
const FULL_WEIGHT_OBSERVATIONS = 25;

const weightsOf = (observations: number): Float64Array => {
  const old = observations - FULL_WEIGHT_OBSERVATIONS;
  const weights = new Float64Array(observations + 1).fill(1);
  for (let place = 0; place < old; place += 1) {
    const share = old === 1 ? 0 : place / (old - 1);
    weights[place] = 1 / observations + share * (1 - 1 / observations);
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
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

/** @param observations one position a domain each, oldest trial first; none: the prior alone */
export const createEstimator = (
  domains: readonly Domain[],
  observations: readonly (readonly number[])[],
): Estimator => {
  const weights = weightsOf(observations.length);
  const logWeights = weights.map(Math.log);
  const kernels = domains.map((domain, axis) =>
    createKernels(
      domain,
      observations.map((positions) => positions[axis] ?? 0),
    ),
  );
  const drawKernel = (rng: Rng): number => {
    let rest = rng.next();
    const kernel = weights.findIndex((weight) => {
      rest -= weight;
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
      const sums = Float64Array.from(logWeights);
      for (const [axis, position] of positions.entries()) {
        kernels[axis]?.addLogDensity(position, sums);
      }
      return logSumExp(sums);
    },
  };
};
