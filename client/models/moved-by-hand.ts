import { ALIAS, TAG } from '../../contracts/names.ts';
import type { RegisteredModelRecord } from '../../contracts/registered-models.ts';

/**
 * Whether the champion is another than the last one that its owner noted on the model: somebody moved the alias in
 * MLflow, or a promotion is under way at this moment, of which the owner then finds nothing to record.
 */
export const isMovedByHand = ({ aliases, tags }: RegisteredModelRecord): boolean =>
  tags[TAG.ledgerRun] !== undefined && (aliases[ALIAS.champion] ?? '') !== (tags[TAG.champion] ?? '');
