/** What a model's owner would make of a move, before anybody is asked: by the same ledger, aliases and rules. */
import { TtExpError } from '../../contracts/errors.ts';
import type { ForeseenMove } from '../../contracts/model-catalogue.ts';
import type { RegistryRequest } from '../../contracts/registry-owner.ts';
import { decideMove } from '../../policy/registry/decide-move.ts';
import { NO_STANDING } from '../../policy/registry/standing.ts';
import { moveRefusal } from '../registry-client.ts';
import { findModelAt } from './model-at.ts';
import type { CatalogueReader } from './ports.ts';

/** null: everything is so already. Throws MODEL_NOT_FOUND, LEDGER_BROKEN, MOVE_REFUSED. */
export const foreseeMove = async (
  tracking: CatalogueReader,
  name: string,
  request: RegistryRequest,
): Promise<ForeseenMove | null> => {
  const { aliases: before, versions, ledger } = await findModelAt(tracking, name);
  if (ledger?.broken != null) {
    const { seq, reason } = ledger.broken;
    throw new TtExpError('LEDGER_BROKEN', `model ${name}: record ${seq} of its ledger ${reason}: nothing is moved`, {
      hint: `\`tt-exp models verify ${name}\` shows what is broken; restore MLflow run ${ledger.runId} from a backup.`,
    });
  }
  // After a move by hand the owner first records what MLflow says, or takes it back: only it can tell.
  if (ledger !== null && ledger.standing.champion !== before.champion) {
    return { before, after: null };
  }
  const standing = ledger?.standing ?? NO_STANDING;
  const observed = {
    aliases: before,
    versions: versions.map(({ record }) => record.version),
    carriedOut: standing.seq,
  };
  const { aliases: after, outcome } = decideMove(standing, observed, request, {
    ...{ at: new Date(0).toISOString(), manualMoves: 'accept' },
  });
  // Before there is a ledger, only the owner can tell what it begins with.
  if (ledger === null) {
    return { before, after: outcome.kind === 'done' ? after : null };
  }
  if (outcome.kind !== 'done') {
    throw moveRefusal(name, outcome);
  }
  return outcome.seq === null ? null : { before, after };
};
