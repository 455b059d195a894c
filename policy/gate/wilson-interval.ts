/** 97.5 % quantile of the standard normal distribution. */
const Z = 1.959964;

/** 95 % interval of a share (Wilson 1927): stays within [0, 1], and has a width at 0 and 1 too. */
export const wilsonInterval = (hits: number, trials: number): { readonly low: number; readonly high: number } => {
  const share = hits / trials;
  const middle = share + Z ** 2 / (2 * trials);
  const distance = Z * Math.sqrt((share * (1 - share)) / trials + (Z / (2 * trials)) ** 2);
  const scale = 1 + Z ** 2 / trials;
  return {
    low: hits === 0 ? 0 : (middle - distance) / scale,
    high: hits === trials ? 1 : (middle + distance) / scale,
  };
};
