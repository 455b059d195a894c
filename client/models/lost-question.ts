import { deletedQuestion, lostQuestion } from '../../registry/ledger/kept-question.ts';
import type { ModelAt } from './model-at.ts';
import type { CatalogueReader } from './ports.ts';

/** As `lostQuestion`, or else `deletedQuestion`; null of an earlier time, and without a ledger. */
export const lostQuestionOf = async (
  tracking: CatalogueReader,
  { name: modelName, ledger, aliases: { challenger }, asOfMs, versions }: ModelAt,
): Promise<string | null> => {
  if (ledger === null || asOfMs !== null) {
    return null;
  }
  const lost = await lostQuestion(tracking, { ...ledger, modelName, challenger });
  const existing = versions.map(({ record }) => record.version);
  return lost ?? deletedQuestion(tracking, { ...ledger, modelName }, existing);
};
