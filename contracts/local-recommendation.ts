/** One list of recommendations by a command's own process. */
import type { SearchFacts } from './bundle.ts';
import type { Recommendation, RecommendRequest } from './recommendation.ts';
import type { UseCaseNouns } from './use-case-nouns.ts';

export interface LocalRecommendationRequest {
  /** A folder; `name`, `name@alias` or `name/version` in the registry; a run's id, or `<experiment id>/<trial id>`. */
  readonly model: string;
  readonly request: RecommendRequest;
}

export interface LocalRecommendation {
  readonly recommendation: Recommendation;
  readonly nouns: UseCaseNouns;
  readonly search: SearchFacts;
  /** Of content; null where its search needs no word: there is little of it, or none. */
  readonly contentSearch: SearchFacts | null;
  /** Registered name, where it has one. */
  readonly modelName: string | null;
}
