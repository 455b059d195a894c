/** One parameter's part of a Parzen estimator: a kernel for each observation, and the prior as the last one. */
import { addAt, elementAt, missing } from '../../../contracts/element-at.ts';
import type { Rng } from '../../rng.ts';
import { type CategoricalDomain, type Domain, type NumericDomain, scaleOf } from '../../space/domain.ts';
import { drawTruncatedNormal, normalMass } from './normal.ts';

/** Positions are places on the scale of a numeric domain, or numbers of choices. */
export interface Kernels {
  /** A position from one kernel. */
  draw(kernel: number, rng: Rng): number;
  /** Adds the logarithm of each kernel's density, or mass where values are discrete, at `position`. */
  addLogDensity(position: number, sums: Float64Array): void;
}

/** The share of a kernel that is spread evenly over all choices at the least. */
const LEAST_SPREAD = 0.2;

/**
 * Every choice has a share in every kernel, so that none is ever ruled out: that of the prior, and where there are many
 * observations a fixed one (the kernel of Aitchison and Aitken). One that shrank further would give up branches that
 * have hardly been tried.
 */
const categoricalKernels = ({ values }: CategoricalDomain, observed: readonly number[]): Kernels => {
  const prior = Math.max(1 / (observed.length + 1), LEAST_SPREAD / (1 - LEAST_SPREAD) / values.length);
  const total = 1 + prior * values.length;
  const logHit = Math.log((1 + prior) / total);
  const logMiss = Math.log(prior / total);
  const logUniform = -Math.log(values.length);
  return {
    draw: (kernel, rng) => {
      const own = observed[kernel];
      return own !== undefined && rng.next() < 1 / total ? own : rng.below(values.length);
    },
    addLogDensity: (position, sums) => {
      for (const [kernel, own] of observed.entries()) {
        addAt(sums, kernel, own === position ? logHit : logMiss);
      }
      addAt(sums, observed.length, logUniform);
    },
  };
};

/**
 * As wide as the gap to the farther neighbour, at the ends to the only one, within `leastWidth` and the whole range
 * (Bergstra et al. 2011).
 */
const bandwidths = (
  observed: readonly number[],
  { low, high }: Readonly<Record<'low' | 'high', number>>,
  leastWidth: number,
): Float64Array => {
  const range = high - low;
  const narrowest = range * leastWidth;
  const ascending = [...observed.entries()].sort(([, a], [, b]) => a - b);
  const widths = new Float64Array(observed.length);
  const isAlone = ascending.length === 1;
  const valueAt = (rank: number): number => elementAt(ascending, rank)[1];
  for (const [rank, [place, value]] of ascending.entries()) {
    const before = rank > 0 ? value - valueAt(rank - 1) : isAlone ? value - low : 0;
    const after = rank < ascending.length - 1 ? valueAt(rank + 1) - value : isAlone ? high - value : 0;
    widths[place] = Math.min(range, Math.max(narrowest, before, after));
  }
  return widths;
};

const LOG_ROOT_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** No cell is impossible, however far from a kernel. */
const LEAST_MASS = 1e-300;

/** Truncated normals; over steps the mass of the step's cell. The prior is as wide as the range, around its middle. */
const numericKernels = (domain: NumericDomain, observed: readonly number[], leastWidth: number): Kernels => {
  const { low, high } = scaleOf(domain);
  const means = Float64Array.from([...observed, (low + high) / 2]);
  const deviations = Float64Array.from([...bandwidths(observed, { low, high }, leastWidth), high - low]);
  const deviationOf = (kernel: number): number => deviations[kernel] ?? missing(deviations, kernel);
  const logMasses = means.map((mean, kernel) => {
    const deviation = deviationOf(kernel);
    return Math.log(normalMass((low - mean) / deviation, (high - mean) / deviation));
  });
  const logScales = logMasses.map((logMass, kernel) => -logMass - LOG_ROOT_TWO_PI - Math.log(deviationOf(kernel)));
  return {
    draw: (kernel, rng) =>
      drawTruncatedNormal({ mean: elementAt(means, kernel), deviation: deviationOf(kernel), low, high }, rng),
    addLogDensity: (position, sums) => {
      const cell = cellOf(domain, position);
      for (let kernel = 0; kernel < means.length; kernel += 1) {
        const mean = means[kernel] ?? missing(means, kernel);
        const deviation = deviationOf(kernel);
        const sum = sums[kernel] ?? missing(sums, kernel);
        if (cell === null) {
          const distance = (position - mean) / deviation;
          sums[kernel] = sum + (logScales[kernel] ?? missing(logScales, kernel)) - 0.5 * distance * distance;
        } else {
          const mass = normalMass((cell.low - mean) / deviation, (cell.high - mean) / deviation);
          const logMass = logMasses[kernel] ?? missing(logMasses, kernel);
          sums[kernel] = sum + Math.log(Math.max(LEAST_MASS, mass)) - logMass;
        }
      }
    },
  };
};

/** The stretch of the scale that is rounded to the value at a position; null where values are continuous. */
const cellOf = (domain: NumericDomain, position: number): { readonly low: number; readonly high: number } | null => {
  const { step, isLog } = domain;
  if (step === null) {
    return null;
  }
  const scale = scaleOf(domain);
  const value = isLog ? Math.exp(position) : position;
  const place = (edge: number): number => {
    const bounded = isLog ? Math.log(Math.max(edge, Number.MIN_VALUE)) : edge;
    return Math.min(scale.high, Math.max(scale.low, bounded));
  };
  return { low: place(value - step / 2), high: place(value + step / 2) };
};

/** @param leastWidth of a kernel over numbers, as a share of their range */
export const createKernels = (domain: Domain, observed: readonly number[], leastWidth: number): Kernels =>
  domain.kind === 'categorical' ? categoricalKernels(domain, observed) : numericKernels(domain, observed, leastWidth);
