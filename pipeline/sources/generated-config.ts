/** The config that reads generated files back: every column of the synthetic source, mapped. */
import type { ExperimentConfig, Feature, TableLocation } from '../../contracts/experiment-config.ts';
import type { FieldSpec } from '../source.ts';
import { ITEM_FIELDS, TEXT_FIELD, USER_FIELDS } from '../synthetic/synthetic-source.ts';

const featureOf = (field: FieldSpec): Feature => {
  switch (field.kind) {
    case 'categorical':
      return { kind: 'categorical', width: field.width };
    case 'multi_categorical':
      return { kind: 'multi_categorical', width: field.width };
    case 'numeric':
      return { kind: 'numeric', transform: field.transform };
  }
};

/** @param locate where each generated table lies */
const entities = (
  side: 'user' | 'item',
  fields: readonly FieldSpec[],
  dim: number,
  locate: (table: string) => TableLocation,
) => ({
  ...locate(`${side}s`),
  id: `${side}_id`,
  features: {
    [TEXT_FIELD[side]]: { kind: 'text' },
    embedding: { kind: 'embedding', dim, from: locate(`${side}_embeddings`) },
    ...Object.fromEntries(fields.map((field) => [field.name, featureOf(field)])),
  } satisfies Record<string, Feature>,
  true_factors: { from: locate(`${side}_factors`), column: 'factors' },
});

/** The tables of a source of files, or of a database. */
export const generatedTables = (dim: number, locate: (table: string) => TableLocation) => ({
  users: entities('user', USER_FIELDS, dim, locate),
  items: entities('item', ITEM_FIELDS, dim, locate),
  interactions: {
    ...locate('interactions'),
    id: 'interaction_id',
    time: 'occurred_at',
    type: 'type',
    use_case: 'use_case',
  },
});

export const generatedConfig = (
  name: string,
  dim: number,
  locate: (table: string) => TableLocation,
): ExperimentConfig => ({
  name,
  description: 'Generated developers and startups, read from files.',
  data: { source: { type: 'files', ...generatedTables(dim, locate) } },
});
