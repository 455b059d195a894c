/** What the test users of a gate show beside the mean that decides: for the page of its verdict. */
import type { DecidedVerdict } from './gate.ts';

/** Mean NDCG@10 of both models over one group of users. */
export interface SliceDifference {
  /** history: users by their training pairs. user, item: by a categorical feature, of the user or of what the user likes. */
  readonly side: 'history' | 'user' | 'item';
  readonly feature: string;
  readonly value: string;
  readonly users: number;
  readonly candidate: number;
  readonly champion: number;
}

export interface GateDetails {
  readonly users: number;
  /** Users that the candidate ranks better for, worse, and as well. */
  readonly better: number;
  readonly worse: number;
  readonly equal: number;
  /** Per-user differences in NDCG@10 (candidate - champion), ascending; of many users some, evenly spread, both ends among them. */
  readonly differences: readonly number[];
  readonly slices: readonly SliceDifference[];
}

/** What the page of a verdict is made of. */
export interface VerdictFacts {
  /** Registered model. */
  readonly modelName: string;
  readonly experimentId: string;
  readonly datasetVersion: string;
  readonly verdict: DecidedVerdict;
  /** null where nothing was compared, or where a later evaluation has replaced what the verdict rests on. */
  readonly details: GateDetails | null;
}
