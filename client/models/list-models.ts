/** Registered models with all their versions, as they are or as they were at some time. */
import type { CatalogueModel } from '../../contracts/model-catalogue.ts';
import { findModelRecord, readKnownModels } from './known-models.ts';
import { lostQuestionOf } from './lost-question.ts';
import { type ModelAt, readModelAt } from './model-at.ts';
import type { CatalogueReader } from './ports.ts';
import { describeVersion, readRunFacts } from './run-facts.ts';

/** @param name null: all. Throws MODEL_NOT_FOUND. */
export const listModels = async (
  tracking: CatalogueReader,
  { name, asOfMs }: { readonly name: string | null; readonly asOfMs: number | null },
): Promise<readonly CatalogueModel[]> => {
  const known = await readKnownModels(tracking);
  const models: ModelAt[] = [];
  for (const record of name === null ? known.models : [findModelRecord(known, name)]) {
    models.push(await readModelAt(tracking, known, record, asOfMs));
  }
  const facts = await readRunFacts(
    tracking,
    models.flatMap(({ versions }) => versions.map(({ record }) => record)),
  );
  const lost = await Promise.all(models.map((model) => lostQuestionOf(tracking, model)));
  return models.map((model, index) => ({
    name: model.name,
    aliases: model.aliases,
    dangling: model.dangling,
    lostQuestion: lost[index] ?? null,
    ledgerProblem: model.ledgerProblem,
    versions: model.versions.map((version) => describeVersion(model, version, facts)),
    hasRecords: asOfMs === null || model.entries.length > 0,
  }));
};
