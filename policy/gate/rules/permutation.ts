/** With few users, and far out, the permutation test must agree with the interval. */
import type { GateRule } from '../../../contracts/gate.ts';
import { FEW_USERS, needsPermutation } from '../few-users.ts';
import { figuresBeside, percentText, probabilityText } from './gate-text.ts';

export interface Permutation {
  readonly users: number | null;
  readonly p: number | null;
  /** Largest p-value that agrees. */
  readonly level: number;
  /** Of the interval. */
  readonly confidence: number;
}

/** null where nothing has to agree, and without a p-value. */
export const permutationRule = ({ users, p, level, confidence }: Permutation): GateRule | null => {
  if (users === null || p === null || !needsPermutation(users, confidence)) {
    return null;
  }
  const passed = p <= level;
  const why =
    users < FEW_USERS
      ? `with fewer than ${FEW_USERS} test users (${users})`
      : `at a confidence of ${percentText(confidence)}`;
  const reason = `${why} the permutation test must agree: p ${probabilityText(p, level)} is ${passed ? 'at most' : 'above'} ${figuresBeside(p, level)[1]}`;
  return { name: 'permutation', passed, value: p, comparison: '<=', bound: level, reason };
};
