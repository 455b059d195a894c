/** What the gate is told of a model that has ranked the test part. */
import type { CatalogueMetric } from '../../contracts/gate.ts';
import type { UserSliceName } from '../../contracts/metrics.ts';

/** Models are compared user by user: all have the same users at the same places, in each array. */
export interface JudgedModel {
  readonly ndcg: readonly number[];
  /** NDCG@10 before it is divided by the user's ideal. */
  readonly dcg: readonly number[];
  readonly recall: readonly number[];
  /** Of the same users. */
  readonly userSlices: readonly UserSliceName[];
  /** By the name of a guarded slice: NDCG@10 of its users; none for a value that nobody has. */
  readonly watched: Readonly<Record<string, readonly number[]>>;
  /** null where it was not measured. */
  readonly catalogue: Readonly<Record<CatalogueMetric, number | null>>;
}
