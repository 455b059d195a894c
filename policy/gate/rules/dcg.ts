/** DCG@10 beside NDCG@10. */
import type { ConfidenceInterval, GateRule } from '../../../contracts/gate.ts';
import { formatter, intervalText, isNumber } from './gate-text.ts';

const excludesZero = ({ low, high }: ConfidenceInterval): boolean => low > 0 || high < 0;

/**
 * NDCG divides each user's DCG by the best that this user could have: dividing weighs users differently, and may turn the
 * order of two models. The rule fails where both intervals exclude 0, on opposite sides; signs that merely
 * differ are told. null without both intervals.
 */
export const dcgRule = (ci: ConfidenceInterval | null, dcg: ConfidenceInterval | null): GateRule | null => {
  if (ci === null || dcg === null || !isNumber(dcg.mean) || !isNumber(dcg.low) || !isNumber(dcg.high)) {
    return null;
  }
  const differs = ci.mean * dcg.mean < 0;
  const passed = !(differs && excludesZero(ci) && excludesZero(dcg));
  const text = formatter([dcg.low, 0], [dcg.mean, 0], [dcg.high, 0], [ci.mean, 0]);
  const difference = `the difference in DCG@10 is ${text(dcg.mean)} (${intervalText(dcg, text)})`;
  const sign = `${difference}, that in NDCG@10 ${text(ci.mean)}: normalising by each user's ideal turns the order`;
  const reason = differs ? `${sign}${passed ? '' : ', and both intervals exclude 0'}` : difference;
  return { name: 'dcg', passed, value: dcg.mean, comparison: null, bound: 0, reason };
};

/** Whether its sentence belongs among the reasons even where it passes. */
export const isDcgNote = (ci: ConfidenceInterval, rule: GateRule): boolean =>
  rule.passed && rule.value !== null && rule.value * ci.mean < 0;
