import { lostQuestion } from '../../registry/ledger/kept-question.ts';
import type { ModelAt } from './model-at.ts';
import type { CatalogueReader } from './ports.ts';

/** As `lostQuestion`; null of an earlier time, and without a ledger. */
export const lostQuestionOf = (
  tracking: CatalogueReader,
  { name: modelName, ledger, aliases: { challenger }, asOfMs }: ModelAt,
): Promise<string | null> =>
  ledger === null || asOfMs !== null
    ? Promise.resolve(null)
    : lostQuestion(tracking, { ...ledger, modelName, challenger });
