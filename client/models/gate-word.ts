import type { GateWord, MeasuredRun } from '../../contracts/model-catalogue.ts';
import { TAG } from '../../contracts/names.ts';
import { recordedGateWord } from '../../policy/registry/recorded-decision.ts';
import { gateSaid } from '../../policy/registry/settle-question.ts';
import type { ModelAt } from './model-at.ts';
import { verdictTags } from './run-facts.ts';
import { reasonsOf } from './show-version.ts';

/**
 * What the gate said of a version last, whoever moved it since; null: nothing that is kept.
 * @param run undefined where it is gone: then the ledger alone can tell
 */
export const gateWordOf = (
  model: Pick<ModelAt, 'names' | 'ledgerProblem' | 'entries'>,
  version: string,
  run: MeasuredRun | undefined,
): GateWord | null => {
  const decision = verdictTags(model, run)[TAG.gateDecision];
  if (decision === undefined) {
    return model.ledgerProblem === null ? recordedGateWord(model.entries, version) : null;
  }
  const reasons = reasonsOf(model, run);
  return { decision: gateSaid(decision, reasons), reasons };
};
