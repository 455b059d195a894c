/** Abramowitz & Stegun 1964, 26.2.23. */
const UPPER = [2.515517, 0.802853, 0.010328] as const;
const LOWER = [1.432788, 0.189269, 0.001308] as const;

/**
 * The value that a standard normal variable stays below with this probability, to 0.0005: enough for planning figures.
 * @param probability in (0, 1)
 */
export const normalQuantile = (probability: number): number => {
  if (probability < 0.5) {
    return -normalQuantile(1 - probability);
  }
  const t = Math.sqrt(-2 * Math.log(1 - probability));
  const upper = UPPER[0] + t * (UPPER[1] + t * UPPER[2]);
  const lower = 1 + t * (LOWER[0] + t * (LOWER[1] + t * LOWER[2]));
  return t - upper / lower;
};
