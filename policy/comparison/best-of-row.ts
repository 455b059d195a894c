/** Who is best by a metric, and whether that is more than chance. */
import type { BestOfRow, ComparedMetric, MetricDifference } from '../../contracts/comparison.ts';

interface Standing {
  readonly ref: string;
  readonly mean: number;
}

/**
 * The one with the highest mean, alone where it differs from every other with an adjusted p of at most `level`; else it
 * and all that do not, which share the first place. @param standings at least one
 */
export const bestOfRow = (
  metric: ComparedMetric,
  standings: readonly Standing[],
  { differences, level }: { readonly differences: readonly MetricDifference[]; readonly level: number },
): BestOfRow => {
  const first = standings.reduce((best, standing) => (standing.mean > best.mean ? standing : best));
  const isWorse = ({ ref }: Standing): boolean =>
    differences.some(
      ({ a, b, metric: other, p_holm: p }) =>
        other === metric && p <= level && ((a === ref && b === first.ref) || (b === ref && a === first.ref)),
    );
  const refs = standings.filter((standing) => standing.ref === first.ref || !isWorse(standing)).map(({ ref }) => ref);
  return { refs, is_significant: refs.length === 1 };
};
