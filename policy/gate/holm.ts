/** Several tests at once. */

/**
 * Adjusted p-values in the order given: those at most `level` are significant together, with a probability of at most
 * `level` that even one of them is so by chance, however the tests depend on each other (Holm 1979). The smallest of m
 * is multiplied by m, the next by m - 1 and so on; none is below an earlier one, nor above 1.
 */
export const holm = (pValues: readonly number[]): readonly number[] => {
  const adjusted = pValues.map(() => 1);
  const ascending = [...pValues.keys()].sort((a, b) => (pValues[a] ?? 1) - (pValues[b] ?? 1));
  let largest = 0;
  for (const [place, index] of ascending.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - place) * (pValues[index] ?? 1)));
    adjusted[index] = largest;
  }
  return adjusted;
};
