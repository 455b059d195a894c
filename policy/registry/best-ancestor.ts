/** The anchor of promotions that need not be better: the best champion of the last 12 months. */
import type { Standing, Stint } from './standing.ts';

const MONTHS = 12;

const monthsBefore = (nowMs: number): number => {
  const date = new Date(nowMs);
  return date.setUTCMonth(date.getUTCMonth() - MONTHS);
};

/** Known of the version, from whichever time as champion; a rollback records none. */
const ndcgOf = (stints: readonly Stint[], version: string): number | null =>
  stints.findLast((stint) => stint.version === version && stint.ndcgAt10 !== null)?.ndcgAt10 ?? null;

/**
 * Version that was champion at some time in the 12 months before `nowMs` and has the highest NDCG@10 on record, the
 * later one of equals. The records are of different test parts: they choose whom to compare with, and decide nothing.
 * null where no champion has a record.
 */
export const bestAncestor = ({ stints }: Pick<Standing, 'stints'>, nowMs: number): string | null => {
  const fromMs = monthsBefore(nowMs);
  const served = stints.filter((stint, index) => {
    const until = stints[index + 1]?.since;
    return !stint.isReverted && (until === undefined || Date.parse(until) > fromMs);
  });
  let best: { readonly version: string; readonly ndcg: number } | null = null;
  for (const { version } of served) {
    const ndcg = ndcgOf(stints, version);
    if (ndcg !== null && ndcg >= (best?.ndcg ?? Number.NEGATIVE_INFINITY)) {
      best = { version, ndcg };
    }
  }
  return best?.version ?? null;
};
