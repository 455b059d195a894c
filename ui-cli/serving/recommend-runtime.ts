import type { LocalRecommendation, LocalRecommendationRequest } from '../../contracts/local-recommendation.ts';
import type { ProcessRuntime } from '../command-line/process-runtime.ts';
import type { LocalWork } from '../model/model-runtime.ts';

/** Recommendations by this command itself: no server, no Temporal and no worker is needed. */
export interface RecommendRuntime extends ProcessRuntime {
  /** Builds the model's bundle first, where it is not in the home yet. */
  recommend(request: LocalRecommendationRequest & LocalWork): Promise<LocalRecommendation>;
}
