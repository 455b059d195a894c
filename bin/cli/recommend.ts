/** Recommendations from a bundle of the home, by the command's own process. */
import { openBundle } from '../../local/open-bundle.ts';
import { createBundleRecommender } from '../../serving/recommender.ts';
import type { RecommendRuntime } from '../../ui-cli/serving/recommend-runtime.ts';
import { contextOf } from './local-context.ts';

export const recommend: RecommendRuntime['recommend'] = async ({ model, request, ...work }) => {
  const bundle = await openBundle(contextOf(work), model);
  const recommender = await createBundleRecommender(bundle);
  return {
    recommendation: recommender.recommend(request),
    nouns: bundle.manifest.nouns,
    search: bundle.manifest.search,
    modelName: bundle.manifest.model.name,
  };
};
