/** Where few users differ, and far out, the permutation test must agree with the interval. */
import type { GateRule } from '../../../contracts/gate.ts';
import { FEW_USERS, needsPermutation } from '../few-users.ts';
import { figuresBeside, percentText, probabilityText } from './gate-text.ts';

export interface Permutation {
  readonly users: number | null;
  /** Whose results differ; null or absent where that is not known: all. */
  readonly differing?: number | null | undefined;
  readonly p: number | null;
  /** Two-sided: the difference that it is of, less `from`. null: the p-value is one of a gain already. */
  readonly difference: number | null;
  /** Two-sided: what the mean is tested against; absent: 0. */
  readonly from?: number;
  /** Largest p-value that agrees. */
  readonly level: number;
  /** Of the interval. */
  readonly confidence: number;
}

const whyAsked = ({ users, differing, confidence }: Record<'users' | 'differing' | 'confidence', number>): string => {
  if (users < FEW_USERS) {
    return `with fewer than ${FEW_USERS} test users (${users})`;
  }
  return differing < FEW_USERS
    ? `with fewer than ${FEW_USERS} test users for whom the models differ (${differing} of ${users})`
    : `at a confidence of ${percentText(confidence)}`;
};

/** null where nothing has to agree, and without a p-value. A loss agrees with no gain, however small its p-value is. */
export const permutationRule = ({
  users,
  differing,
  p,
  difference,
  from = 0,
  level,
  confidence,
}: Permutation): GateRule | null => {
  if (users === null || p === null || !needsPermutation(differing ?? users, confidence)) {
    return null;
  }
  const isLoss = difference !== null && difference <= 0;
  const passed = p <= level && !isLoss;
  const why = whyAsked({ users, differing: differing ?? users, confidence });
  const tested = from === 0 ? '' : ` of a difference from ${from}`;
  const side = `p ${probabilityText(p, level)}${tested}${isLoss ? (from === 0 ? ', of no gain,' : ', below it,') : ''} is ${p <= level ? 'at most' : 'above'} ${figuresBeside(p, level)[1]}`;
  const reason = `${why} the permutation test must agree: ${side}`;
  return { name: 'permutation', passed, value: p, comparison: '<=', bound: level, reason };
};
