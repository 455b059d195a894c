/** What two models differ by, user by user. */
import { elementAt } from '../../contracts/element-at.ts';
import { TtExpError } from '../../contracts/errors.ts';

/** Per-user metric of the candidate and of the champion; the same user at the same index. */
export interface PairedUsers {
  readonly candidate: ArrayLike<number>;
  readonly champion: ArrayLike<number>;
}

/** candidate - champion. Throws INTERNAL for unequal numbers of users, and where there is none. */
export const pairedDifferences = ({ candidate, champion }: PairedUsers): Float64Array => {
  const users = candidate.length;
  if (users === 0 || champion.length !== users) {
    throw new TtExpError(
      'INTERNAL',
      `paired users: got ${users} and ${champion.length} users, expected two equal numbers above 0`,
    );
  }
  return Float64Array.from({ length: users }, (_, user) => elementAt(candidate, user) - elementAt(champion, user));
};

export const differingUsers = (differences: Float64Array): number =>
  differences.reduce((count, difference) => count + (difference === 0 ? 0 : 1), 0);

export const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
