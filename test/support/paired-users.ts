import { createGenerator, toUnit } from '../../models/numerics/prng.ts';
import type { PairedUsers } from '../../policy/gate/paired-differences.ts';

/**
 * Per-user NDCG of two models. A share of the users is ranked alike by both; the others differ by `lift` on average,
 * with a lopsided spread, as rankings do.
 */
export const pairedUsers = (options: {
  readonly users: number;
  readonly alike: number;
  readonly lift: number;
  readonly seed: number;
}): PairedUsers => {
  const next = createGenerator(options.seed);
  const champion = Array.from({ length: options.users }, () => toUnit(next()));
  const candidate = champion.map((value) => {
    const [isAlike, change] = [toUnit(next()) < options.alike, toUnit(next()) ** 3 - 0.25];
    return isAlike ? value : value + options.lift + change;
  });
  return { candidate, champion };
};
