/** Whether a model's owner would make a move, before anybody is asked: by the same ledger, aliases and rules. */
import { TtExpError } from '../../contracts/errors.ts';
import type { RegistryRequest } from '../../contracts/registry-owner.ts';
import { answerRequest } from '../../policy/registry/answer-request.ts';
import { moveRefusal } from '../registry-client.ts';
import { findModelAt } from './model-at.ts';
import type { CatalogueReader } from './ports.ts';

/** false: everything is so already. Throws MODEL_NOT_FOUND, LEDGER_BROKEN, MOVE_REFUSED. */
export const wouldMove = async (
  tracking: CatalogueReader,
  name: string,
  request: RegistryRequest,
): Promise<boolean> => {
  const { aliases, versions, ledger } = await findModelAt(tracking, name);
  if (ledger?.broken != null) {
    const { seq, reason } = ledger.broken;
    throw new TtExpError('LEDGER_BROKEN', `model ${name}: record ${seq} of its ledger ${reason}: nothing is moved`, {
      hint: `\`tt-exp models verify ${name}\` shows what is broken; restore MLflow run ${ledger.runId} from a backup.`,
    });
  }
  // Before there is a ledger, and after a move by hand, the owner first records what MLflow says: only it can tell.
  if (ledger === null || ledger.standing.champion !== aliases.champion) {
    return true;
  }
  const { standing } = ledger;
  const observed = { aliases, versions: versions.map(({ record }) => record.version), carriedOut: standing.seq };
  const { outcome } = answerRequest(standing, observed, request, new Date(0).toISOString());
  if (outcome.kind !== 'done') {
    throw moveRefusal(name, outcome);
  }
  return outcome.seq !== null;
};
