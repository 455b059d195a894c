/** The candidate alone: is it good enough? */
import type { GateRule, GateSide } from '../../../contracts/gate.ts';
import { formatter, isNumber } from './gate-text.ts';

const reached = (ndcg: number, minimum: number): GateRule => {
  const text = formatter([ndcg, minimum]);
  const passed = ndcg >= minimum;
  const reason = passed
    ? `Test NDCG@10 ${text(ndcg)} reaches the minimum ${text(minimum)}.`
    : `Not promoted: test NDCG@10 ${text(ndcg)} is below the minimum ${text(minimum)}.`;
  return { name: 'minimum', passed, value: ndcg, comparison: '>=', bound: minimum, reason };
};

/** Nothing is good enough that was not measured. */
export const minimumRule = ({ ndcg_at_10: ndcg, users }: GateSide, minimum: number): GateRule => {
  const unmeasured = users === 0 ? 'no test user has a relevant item' : isNumber(ndcg) ? null : 'it is not a number';
  return unmeasured === null
    ? reached(ndcg, minimum)
    : {
        ...{ name: 'minimum', passed: false, value: null, comparison: '>=', bound: minimum },
        reason: `Not promoted: test NDCG@10 was not measured: ${unmeasured}.`,
      };
};
