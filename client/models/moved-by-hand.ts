import { ALIAS, TAG } from '../../contracts/names.ts';
import type { RegisteredModelRecord } from '../../contracts/registered-models.ts';

/**
 * Whether the champion is another than the last one that its owner noted on the model. MLflow takes a version's aliases
 * away with the version. A promotion that is under way looks alike for a moment: its owner then finds nothing to record.
 */
export const isMovedByHand = ({ aliases, tags }: RegisteredModelRecord): boolean =>
  tags[TAG.champion] !== undefined && tags[TAG.champion] !== (aliases[ALIAS.champion] ?? '');
