/** What a verdict that lets a candidate pass says of resting on few users. */
import type { ConfidenceInterval, GateRule } from '../../../contracts/gate.ts';
import { FEW_USERS } from '../few-users.ts';
import { oneSidedLevel, percentText } from './gate-text.ts';

export interface FewUsers {
  readonly users: number | null;
  /** Whose results differ; null or absent where that is not known: all. */
  readonly differing?: number | null | undefined;
  readonly ci: Pick<ConfidenceInterval, 'confidence'>;
  /** null where no permutation test was asked for. */
  readonly permutation: GateRule | null;
}

/**
 * The level holds where a user is as likely above as below; no test of a mean keeps it for every other distribution
 * (Bahadur & Savage 1956), and on few users the excess is one that matters. null with enough of them.
 */
export const fewUsersNote = ({ users, differing, ci, permutation }: FewUsers): string | null => {
  const counted = differing ?? users;
  if (users === null || counted === null || counted >= FEW_USERS) {
    return null;
  }
  const level = percentText(oneSidedLevel(ci));
  const few = counted === users ? `${users} test users` : `${counted} of ${users} test users differ`;
  return permutation === null
    ? `Few users (${few}): the interval alone lets more than ${level} pass by chance.`
    : `Few users (${few}): ${level} holds for chance alone; more pass that gain a little for many users and lose much for few.`;
};
