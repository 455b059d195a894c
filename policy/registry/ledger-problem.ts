/** Whether a ledger can be relied on for what was decided: its records are whole, and end with the champion that serves. */
import type { CheckedLedger } from './check-ledger.ts';

export interface ServedBy {
  /** By its alias; null: nobody, or a version that was deleted. */
  readonly champion: string | null;
  /** Versions that exist: at least the ledger's champion, where it does. */
  readonly versions: readonly string[];
}

const named = (version: string | null): string => (version === null ? 'no champion' : `version ${version}`);

export const brokenProblem = ({ broken }: Pick<CheckedLedger, 'broken'>): string | null =>
  broken === null ? null : `record ${broken.seq} ${broken.reason}`;

/**
 * A clause; null: it can. A move that is recorded and not yet made is no problem, nor a champion that was deleted.
 * @param carriedOut records up to this one are carried out in the aliases
 */
export const ledgerProblem = (
  { broken, standing, carriedOut }: CheckedLedger & { readonly carriedOut: number },
  { champion, versions }: ServedBy,
): string | null => {
  const { champion: recorded, seq } = standing;
  const isDeleted = champion === null && recorded !== null && !versions.includes(recorded);
  if (broken !== null || carriedOut < seq || champion === recorded || isDeleted) {
    return brokenProblem({ broken });
  }
  return `it ends with ${named(recorded)}, and the alias champion names ${named(champion)}`;
};

export const unreliableText = (name: string, problem: string): string =>
  `the ledger of ${name} cannot be relied on: ${problem} (\`tt-exp models verify ${name}\`)`;
