/** What happened to the champion without its owner: moved, set or removed by hand, or its version deleted. */
import { HAND_ACTOR, type LedgerMove, OWNER_ACTOR } from '../../contracts/ledger.ts';
import type { AdoptedVersion } from '../../contracts/registry-owner.ts';
import { existing, type Observed } from './observed.ts';
import { althoughArchived, archivalOf, foresee, type RecentMove, type Standing } from './standing.ts';

export type ManualMoves = 'accept' | 'revert';

export interface HandMoveOptions {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Of the request before which they are recorded. */
  readonly request: string;
  readonly manualMoves: ManualMoves;
}

const describe = (version: string | null): string => (version === null ? 'no champion' : `version ${version}`);

type HandMove = Pick<LedgerMove, 'action' | 'from' | 'to' | 'reason'> & {
  /** Absent: whoever moved it in MLflow. */
  readonly actor?: string;
};

const unfinished = ({ recent }: Standing, { carriedOut }: Observed): readonly RecentMove[] =>
  recent.filter(({ seq, alias }) => seq > carriedOut && alias === 'champion');

/** Deleted while it was champion. */
const repair = ({ champion }: Standing, observed: Observed): HandMove | null =>
  champion === null || existing(observed, champion) !== null
    ? null
    : {
        ...{ action: 'repair', from: champion, to: null },
        reason: `Version ${champion} was deleted in MLflow while it was champion`,
      };

const adoptReason = (standing: Standing, to: string | null): string => {
  const { seq, champion } = standing;
  if (seq === 0) {
    return `Version ${to} was champion in MLflow before this ledger began`;
  }
  return to === null
    ? `The champion was removed by hand in MLflow; it was ${describe(champion)}`
    : `Version ${to} was made champion by hand in MLflow, in place of ${describe(champion)}${althoughArchived(archivalOf(standing, to))}`;
};

/**
 * Champion is another than the ledger's, or none. Where a record was not carried out, the version that it began with is
 * nobody's doing: the record is still to be completed. An adoption moves nothing, so it has nothing to complete.
 */
const adopt = (standing: Standing, observed: Observed): HandMove | null => {
  const to = existing(observed, observed.aliases.champion);
  const isToBeCompleted = unfinished(standing, observed).some(
    ({ action, from }) => action !== 'adopt' && existing(observed, from) === to,
  );
  return to === standing.champion || isToBeCompleted
    ? null
    : { action: 'adopt', from: standing.champion, to, reason: adoptReason(standing, to) };
};

const revertReason = (adopted: RecentMove, to: string | null): string => {
  const move =
    adopted.to === null ? 'the removal by hand of the champion' : `the move by hand to version ${adopted.to}`;
  return `Reverts ${move} (gate.manual_moves: revert): ${to === null ? 'there is no champion' : `version ${to} is champion`} again`;
};

/**
 * Back to what the owner had last made champion. An adoption that was not completed is still open to it: the owner may
 * have been stopped between the two records. What was champion before the ledger began is nobody's move by hand.
 */
const revert = (standing: Standing, observed: Observed): HandMove | null => {
  const moves = unfinished(standing, observed);
  const own = moves.findLastIndex(({ action, seq }) => seq === 1 || (action !== 'adopt' && action !== 'repair'));
  const foreign = moves.slice(own + 1);
  const to = existing(observed, foreign[0]?.from ?? null);
  const adopted = foreign.findLast(({ action }) => action === 'adopt');
  return adopted === undefined || to === standing.champion
    ? null
    : {
        ...{ action: 'revert', from: standing.champion, to, actor: OWNER_ACTOR },
        reason: revertReason(adopted, to),
      };
};

/** For a log. */
export const describeAdopted = (modelName: string, { version, archived }: AdoptedVersion): string =>
  `${modelName}: version ${version} was made champion by hand in MLflow${althoughArchived(archived ?? null)}`;

/** To be recorded in this order, before anything else. */
export const movesByHand = (
  standing: Standing,
  observed: Observed,
  { at, request, manualMoves }: HandMoveOptions,
): readonly LedgerMove[] => {
  const moves: LedgerMove[] = [];
  for (const next of manualMoves === 'revert' ? [repair, adopt, revert] : [repair, adopt]) {
    const move = next(foresee(standing, moves), observed);
    if (move !== null) {
      moves.push({ at, actor: HAND_ACTOR, alias: 'champion', evidence: {}, request, ...move });
    }
  }
  return moves;
};
