/** What is known of a source without touching it. */
import type { ResolvedSource } from '../../contracts/resolved-config.ts';
import type { SourceSchema } from '../source.ts';
import { SYNTHETIC_SCHEMA } from '../synthetic/synthetic-source.ts';
import { sideSchema } from './entity-table.ts';

export interface SourceShape {
  readonly schema: SourceSchema;
  /** The truth is known: there are user_factors and item_factors. */
  readonly hasFactors: boolean;
}

export const shapeOf = (source: ResolvedSource): SourceShape =>
  source.type === 'synthetic'
    ? { schema: SYNTHETIC_SCHEMA, hasFactors: true }
    : {
        schema: { user: sideSchema(source.users), item: sideSchema(source.items) },
        hasFactors: source.users.true_factors !== undefined && source.items.true_factors !== undefined,
      };
