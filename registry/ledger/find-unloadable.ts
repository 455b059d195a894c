/** Whether the version that a request would have serve can be loaded: by its files' names, before anything is moved. */
import type { RegistryRequest } from '../../contracts/registry-owner.ts';
import type { MoveDecision } from '../../policy/registry/decide-move.ts';
import type { Unloadable } from '../../policy/registry/observed.ts';
import { missingFile } from '../missing-file.ts';
import type { LedgerWriter } from '../ports.ts';

/** Also one that somebody is to be asked about; null: none, or one that is refused already. */
const wantedOf = (request: RegistryRequest, { outcome, aliases }: MoveDecision): string | null => {
  if (outcome.kind === 'refused') {
    return null;
  }
  switch (request.kind) {
    case 'promote':
    case 'challenge':
      return request.candidate;
    case 'rollback':
      return outcome.kind === 'done' ? aliases.champion : null;
    default:
      return null;
  }
};

/** @param decision what the request comes to where everything can be loaded */
export const findUnloadable = async (
  tracking: LedgerWriter,
  modelName: string,
  request: RegistryRequest,
  decision: MoveDecision,
): Promise<Unloadable | null> => {
  const version = wantedOf(request, decision);
  const runId = version === null ? '' : (await tracking.getVersion(modelName, version)).runId;
  // A version that was registered without a run says nothing of its files.
  const reason = runId === '' ? null : await missingFile(tracking, runId);
  return version === null || reason === null ? null : { version, reason };
};
