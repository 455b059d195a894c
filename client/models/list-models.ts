/** Registered models with all their versions, as they are or as they were at some time. */
import type { CatalogueModel } from '../../contracts/model-catalogue.ts';
import { findModelRecord } from './find-model-record.ts';
import { type ModelAt, readModelAt } from './model-at.ts';
import type { CatalogueReader } from './ports.ts';
import { describeVersion, readRunFacts } from './run-facts.ts';

/** @param name null: all. Throws MODEL_NOT_FOUND. */
export const listModels = async (
  tracking: CatalogueReader,
  { name, asOfMs }: { readonly name: string | null; readonly asOfMs: number | null },
): Promise<readonly CatalogueModel[]> => {
  const known = await tracking.registeredModels();
  const models: ModelAt[] = [];
  for (const record of name === null ? known : [findModelRecord(known, name)]) {
    models.push(await readModelAt(tracking, record, asOfMs));
  }
  const facts = await readRunFacts(
    tracking,
    models.flatMap(({ versions }) => versions.map(({ record }) => record)),
  );
  return models.map((model) => ({
    name: model.name,
    aliases: model.aliases,
    dangling: model.dangling,
    versions: model.versions.map((version) => describeVersion(model, version, facts)),
    hasRecords: asOfMs === null || model.entries.length > 0,
  }));
};
