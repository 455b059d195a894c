/** Blessing: before an alias moves, a candidate's bundle is served for once, and what it answers is compared with its evaluation. */
import type { SearchFacts } from './bundle.ts';
import type { EngineName } from './serving.ts';

/** What a bundle that does not serve what was judged looks like. */
export const BLESSING_FAULTS = [
  /** Its encoder.json is not the candidate's. */
  'encoder',
  /** Users or items have the vectors of others, or are missing. */
  'ids_shifted',
  /** Vectors point where the model's do, with other lengths. */
  'normalisation',
  /** Vectors are not the model's. */
  'vectors',
  /** The server refuses the bundle, or fails to answer from it. */
  'does_not_serve',
  /** The candidate's files rank otherwise than they did when it was evaluated. */
  'evaluation_differs',
  /** Lists have items that the user met before the test part, or lack others. */
  'history',
  /** The index names other items than those with the highest scores. */
  'stale_index',
  /** Lists differ, and none of the above is why. */
  'unexplained',
  'too_slow',
  /** Whatever was tried, nothing was measured. */
  'could_not_be_blessed',
] as const;

export type BlessingFault = (typeof BLESSING_FAULTS)[number];

/** Vectors of one side in the bundle, beside those that the model gives. */
export interface RowComparison {
  readonly rows: number;
  /** Of the dataset version, without a row in the bundle. */
  readonly missing: number;
  readonly different: number;
  /** Among those that differ and were looked at closely: those with another's vector, with another length, others. */
  readonly moved: number;
  readonly scaled: number;
  readonly other: number;
  /** The first that was looked at, in words; null where none differs. */
  readonly example: string | null;
}

/** The first place where a served list is not that of the evaluation. */
export interface FirstDifference {
  readonly user_id: string;
  /** 1-based. */
  readonly place: number;
  /** null where the list ends before. */
  readonly served: string | null;
  readonly evaluated: string | null;
}

/** What a server answered. */
export interface ServedLists {
  /** Router off, over the users that `two_tower` answered. */
  readonly ndcg: number;
  /** By the evaluation, over the same users. */
  readonly evaluatedNdcg: number;
  /** Router and index as in production; all test users. */
  readonly productionNdcg: number;
  /** That `two_tower` answered. */
  readonly users: number;
  /** That another engine answered, since the model gives them a vector of zeros. */
  readonly withoutVector: number;
  /** That another engine answered although the model has a vector of them. */
  readonly notByModel: number;
  /** Whose list differs by more than the order of equal scores. */
  readonly differing: number;
  /** Mean difference that comes of equal scores alone, in one order here and in another there. */
  readonly tieDifference: number;
  /** Share of the evaluation's first ten that was served. */
  readonly recall: number;
  /** Of the test users, router on, by the engine that answered. */
  readonly engines: Readonly<Record<EngineName, number>>;
  /** Users with an item that they met before the test part. */
  readonly withMetItems: number;
  readonly first: FirstDifference | null;
  /** Of single requests, router on; the best of several rounds. */
  readonly p99Ms: number;
}

export interface BlessingEvidence {
  /** Digest of the bundle. */
  readonly bundle: string;
  readonly bytes: number;
  readonly search: SearchFacts;
  readonly isOwnEncoder: boolean;
  /** Whether it was built from the candidate's files. */
  readonly isOwnModel: boolean;
  /** Whether bundle and model say the same of it. */
  readonly isNormalisationAgreed: boolean;
  /** null where the bundle cannot be read. */
  readonly users: RowComparison | null;
  readonly items: RowComparison | null;
  /** recall@10 of the index of content; null where content is searched exactly, or the bundle cannot be read. */
  readonly contentRecall: { readonly stated: number; readonly found: number } | null;
  /** Of the test part, as the gate's evaluation found it, and as the candidate's files come to now. */
  readonly evaluated: number;
  readonly offline: number;
  /** Why the server gave no lists, or the lists. */
  readonly served:
    | { readonly kind: 'refused'; readonly reason: string }
    | ({ readonly kind: 'answered' } & ServedLists);
  readonly p99BoundMs: number;
}

/** As a verdict keeps it. */
export interface Blessing {
  readonly outcome: 'agrees' | BlessingFault;
  /** What was found, in one sentence. */
  readonly reason: string;
  /** Digest; null where there is none. */
  readonly bundle: string | null;
  readonly bundle_mb: number | null;
  readonly search: SearchFacts['kind'] | null;
  readonly evaluated_ndcg_at_10: number;
  /** Through HTTP, router off; null where no list came, as are the next four. */
  readonly served_ndcg_at_10: number | null;
  /** Through HTTP, router and index as in production. */
  readonly production_ndcg_at_10: number | null;
  /** How many test users each engine answered then; absent where no list came, and in records of earlier versions. */
  readonly engines?: Readonly<Record<EngineName, number>>;
  readonly users: number | null;
  readonly differing_users: number | null;
  readonly p99_ms: number | null;
  readonly p99_bound_ms: number;
  /** Of NDCG@10, router off, between served and evaluated, over the same users; null where no list came. */
  readonly difference: number | null;
  /** Largest difference that is accepted. */
  readonly bound: number;
  readonly first_difference: FirstDifference | null;
}
