/** What a server answered from the candidate's bundle, as a rule. */
import type { Blessing } from '../../../contracts/blessing.ts';
import { type DecidedVerdict, type GateRule, isChampionAlready } from '../../../contracts/gate.ts';

export const blessingRule = (blessing: Blessing): GateRule => {
  const { outcome, reason, difference, bound, p99_ms, p99_bound_ms } = blessing;
  const passed = outcome === 'agrees';
  const measured = outcome === 'too_slow' ? { value: p99_ms, bound: p99_bound_ms } : { value: difference, bound };
  return { name: 'blessing', passed, ...measured, comparison: '<=', reason };
};

const FAILED: Partial<Record<Blessing['outcome'], string>> = {
  could_not_be_blessed: 'its bundle could not be blessed',
  too_slow: 'its bundle is served too slowly',
};

/** A candidate that would pass does so only if its bundle serves what was judged. */
export const withBlessing = (verdict: DecidedVerdict, blessing: Blessing): DecidedVerdict => {
  const rule = blessingRule(blessing);
  const judged = { ...verdict, rules: [...verdict.rules, rule], blessing };
  if (verdict.decision === 'rejected' || isChampionAlready(verdict)) {
    return judged;
  }
  const checks = verdict.reasons.slice(0, -1);
  if (rule.passed) {
    return { ...judged, reasons: [...checks, `Blessed: ${blessing.reason}.`, ...verdict.reasons.slice(-1)] };
  }
  const failed = FAILED[blessing.outcome] ?? 'its bundle does not serve what was judged';
  const outcome = `Not promoted: ${failed} (${blessing.outcome}): ${blessing.reason}.`;
  return { ...judged, decision: 'rejected', reasons: [...checks, outcome] };
};
