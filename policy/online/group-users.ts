/** The users of an experiment online by who made their lists. */
import { ARMS, type UserObservation } from '../../contracts/online-experiment.ts';
import type { InteractionRates, OnlineGroup } from '../../contracts/online-report.ts';
import { countEstimate, shareEstimate } from './estimates.ts';

const interactionRates = (
  users: readonly UserObservation[],
  confidence: number,
): Readonly<Record<string, InteractionRates>> => {
  const types = [...new Set(users.flatMap(({ interactions }) => Object.keys(interactions)))].sort();
  return Object.fromEntries(
    types.map((type) => {
      const counts = users.map(({ interactions }) => interactions[type] ?? 0);
      const reached = counts.map((count) => (count > 0 ? 1 : 0));
      return [type, { users: shareEstimate(reached, confidence), per_user: countEstimate(counts, confidence) }];
    }),
  );
};

/** Groups that have users, the champion's first. */
export const groupUsers = (users: readonly UserObservation[], confidence: number): readonly OnlineGroup[] =>
  [...ARMS, null].flatMap((arm) => {
    const members = users.filter((user) => user.arm === arm);
    if (members.length === 0) {
      return [];
    }
    const precisions = members.map((user) => user.precision_at_10);
    return {
      ...{ arm, users: members.length, lists: members.reduce((sum, { lists }) => sum + lists, 0) },
      precision_at_10: shareEstimate(precisions, confidence),
      interactions: interactionRates(members, confidence),
    };
  });
