/** What a request to the owner of a registered model does to the ledger and to MLflow's aliases. */
import type { LedgerMove } from '../../contracts/ledger.ts';
import type { Aliases, RegistryRequest } from '../../contracts/registry-owner.ts';
import { answerRequest, type RequestOutcome } from './answer-request.ts';
import { type ManualMoves, movesByHand } from './moves-by-hand.ts';
import { existing, type Observed } from './observed.ts';
import { archivalOf, foresee, previousOf, type Standing } from './standing.ts';

export interface MoveDecision {
  /** To be appended in this order; first what was moved by hand. */
  readonly moves: readonly LedgerMove[];
  /** That MLflow is to have afterwards, also where the request is refused. */
  readonly aliases: Aliases;
  readonly outcome: RequestOutcome;
}

/** The challenger stays while it may still become champion, but for the records that are to be carried out. */
const challengerAfter = (standing: Standing, observed: Observed): string | null => {
  const { champion, recent } = standing;
  const pending = recent.filter(({ seq, alias }) => seq > observed.carriedOut && alias === 'challenger');
  const challenger = pending.reduce(
    (known, { action, from, to }) => (action === 'challenge' ? to : from === known ? null : known),
    observed.aliases.challenger,
  );
  return challenger === champion || archivalOf(standing, challenger) !== null ? null : existing(observed, challenger);
};

/**
 * Writes nothing. The caller appends `moves`, sets `aliases`, then notes that all records up to the last are carried
 * out. Stopped anywhere between, it decides again from what is there: a record without its aliases is completed, and a
 * request that has its record is not done twice.
 */
export const decideMove = (
  standing: Standing,
  observed: Observed,
  request: RegistryRequest,
  { at, manualMoves }: { readonly at: string; readonly manualMoves: ManualMoves },
): MoveDecision => {
  const byHand = movesByHand(standing, observed, { at, request: request.request, manualMoves });
  const { move, outcome, challenger } = answerRequest(foresee(standing, byHand), observed, request, at);
  const moves = move === null ? byHand : [...byHand, move];
  const after = foresee(standing, moves);
  return {
    moves,
    aliases: {
      champion: after.champion,
      challenger: challenger ?? challengerAfter(after, observed),
      previous: previousOf(after, observed.versions),
    },
    outcome,
  };
};
