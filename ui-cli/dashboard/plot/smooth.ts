/** Exponential moving average, as TensorBoard and Weights & Biases draw it: without the pull to zero at its beginning. */
export const smoothed = (values: readonly number[], weight: number): readonly number[] => {
  let mean = 0;
  let count = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) {
      return value;
    }
    count += 1;
    mean = weight * mean + (1 - weight) * value;
    return mean / (1 - weight ** count);
  });
};
