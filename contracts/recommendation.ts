/** What is asked of a recommender, and what it answers; the HTTP API, the command and the library share it. */
import type { EngineName } from './serving.ts';

/** Field to allowed values. */
export type FieldFilters = Readonly<Record<string, readonly string[]>>;

interface ListRequest {
  /** 1 to 100. */
  readonly limit: number;
  /** First place of the page, 0 or more. */
  readonly offset?: number;
  /** Each field must have one of its values; a number also in a range: `5..10`, `5..`, `..10`. */
  readonly filters: FieldFilters;
  /** Ids that must not be in the list; unknown ones are ignored. */
  readonly exclude: readonly string[];
}

export interface RecommendRequest extends ListRequest {
  readonly userId: string;
  /** What an unknown user states of themselves, by user field; known users have their own. */
  readonly preferences: FieldFilters;
  /** 0: by score alone; 1: by difference alone (MMR). */
  readonly diversity?: number;
  /** 0: by score alone; 1: popular items lose as much as lies between the best score and the worst. */
  readonly damping?: number;
  /** Answers whoever asks: the router is off. It falls back all the same where this engine cannot answer. */
  readonly engine?: EngineName;
  /**
   * `before_test`: only what an offline evaluation of the test part leaves out, and the router counts no item met in that
   * part. Default: everything met so far.
   */
  readonly seen?: 'all' | 'before_test';
}

/** Of an item: who may want it, or what is like it. */
export interface ItemRequest extends ListRequest {
  readonly itemId: string;
}

interface Answer {
  /**
   * Of the engine: dot products of the model's vectors, cosines of the content, or shares of all interactions.
   * Descending, unless the request asks for diversity or damping.
   */
  readonly scores: readonly number[];
  readonly engine: EngineName;
  /** null for a model that is no version of a registered model. */
  readonly model_version: string | null;
  /** Digest of the bundle that answered. */
  readonly bundle: string;
  /** Why this engine. */
  readonly reason: string;
  /** Which engine should have answered, and why it did not; null where the one that was wanted answers. */
  readonly fallback: string | null;
}

export interface Recommendation extends Answer {
  /** Best first. */
  readonly item_ids: readonly string[];
}

export interface UserRecommendation extends Answer {
  /** Best first. */
  readonly user_ids: readonly string[];
}

/** One interaction since the bundle was built. */
export interface OverlayEvent {
  readonly item_id: string;
  /** As in the interactions of the dataset; one that the bundle's labels do not have says only that they met. */
  readonly type: string;
}

/** What happened since the bundle was built. */
export interface Overlay {
  /** What a user did, in the order in which it happened. */
  events(userId: string): Iterable<OverlayEvent>;
  /** Ids of the items that a user has met since, each at most once. */
  seen(userId: string): Iterable<string>;
  /** Interactions of a user since. */
  interactions(userId: string): number;
  /** Ids of the users who have met an item since. */
  metBy(itemId: string): Iterable<string>;
}

/**
 * Answers from one bundle, so never from two models. Every method returns at once; in a large catalogue it computes for
 * some milliseconds. Throws USAGE for a limit, an offset or a share out of bounds, and for a field that no item has.
 */
export interface Recommender {
  /** An unknown user is answered too. The list is empty only where no item is left. */
  recommend(request: RecommendRequest): Recommendation;
  /** Users who may want an item and have not met it. Filters are of user fields. Throws ITEM_NOT_FOUND. */
  usersFor(request: ItemRequest): UserRecommendation;
  /** Items whose vectors are like that of an item, by cosine. Throws ITEM_NOT_FOUND. */
  similarItems(request: ItemRequest): Recommendation;
}
