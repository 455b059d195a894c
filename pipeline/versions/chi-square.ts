/** The χ² distribution, by the regularised incomplete gamma function. */

const PRECISION = 1e-15;
const MOST_TERMS = 100_000;

/** Stirling's series, exact to 1e-14 from 10 on; smaller arguments are moved there. */
const logGamma = (x: number): number => {
  let shift = 0;
  let z = x;
  while (z < 10) {
    shift += Math.log(z);
    z += 1;
  }
  const inverse = 1 / z;
  const square = inverse * inverse;
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))));
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
};

/** x^a · e^−x / Γ(a) */
const density = (a: number, x: number): number => Math.exp(a * Math.log(x) - x - logGamma(a));

/** Lower part by its power series: converges fast for x < a + 1. */
const lowerGamma = (a: number, x: number): number => {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < MOST_TERMS && term > sum * PRECISION; n += 1) {
    term *= x / (a + n);
    sum += term;
  }
  return sum * density(a, x);
};

/** Upper part by its continued fraction, evaluated from the front: converges fast for x >= a + 1. */
const upperGamma = (a: number, x: number): number => {
  const tiny = 1e-300;
  let b = x + 1 - a;
  let numerator = 1 / tiny;
  let denominator = 1 / b;
  let fraction = denominator;
  for (let n = 1; n < MOST_TERMS; n += 1) {
    const factor = -n * (n - a);
    b += 2;
    denominator = 1 / (factor * denominator + b || tiny);
    numerator = b + factor / numerator || tiny;
    const step = numerator * denominator;
    fraction *= step;
    if (Math.abs(step - 1) < PRECISION) {
      break;
    }
  }
  return fraction * density(a, x);
};

/** Probability of a value above x. */
export const chiSquareTail = (x: number, degrees: number): number => {
  if (x <= 0) {
    return 1;
  }
  const [a, half] = [degrees / 2, x / 2];
  return half < a + 1 ? 1 - lowerGamma(a, half) : upperGamma(a, half);
};

/** The value that is exceeded with probability 1 − p, for p in (0, 1) and degrees >= 1. */
export const chiSquareQuantile = (p: number, degrees: number): number => {
  let low = 0;
  let high = degrees + 10;
  while (chiSquareTail(high, degrees) > 1 - p) {
    low = high;
    high *= 2;
  }
  while (high - low > 1e-12 * high) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) {
      break;
    }
    if (chiSquareTail(middle, degrees) > 1 - p) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return (low + high) / 2;
};
