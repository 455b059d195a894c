/** With few users the permutation test must agree with the interval. */
import type { GateRule } from '../../../contracts/gate.ts';
import { FEW_USERS } from '../few-users.ts';
import { formatter } from './gate-text.ts';

/** null among many users, and without a p-value. */
export const permutationRule = (users: number | null, p: number | null, level: number): GateRule | null => {
  if (users === null || p === null || users >= FEW_USERS) {
    return null;
  }
  const passed = p <= level;
  const text = formatter([p, level]);
  const reason = `with fewer than ${FEW_USERS} test users (${users}) the permutation test must agree: p ${text(p)} is ${passed ? 'at most' : 'above'} ${text(level)}`;
  return { name: 'permutation', passed, value: p, bound: level, reason };
};
