/** Recommendations from a bundle of the home, by the command's own process. */
import { openBundle } from '../../local/open-bundle.ts';
import { createBundleRecommender } from '../../serving/recommender.ts';
import type { RecommendRuntime } from '../../ui-cli/serving/recommend-runtime.ts';
import { contextOf } from './local-context.ts';
import { tellOfAdditions } from './online-additions.ts';
import { readOnlineEvents } from './online-events.ts';

export const recommend: RecommendRuntime['recommend'] = async ({ model, request, ...work }) => {
  const context = contextOf(work);
  const bundle = await openBundle(context, model);
  const overlay = await readOnlineEvents(context.homeFolder, bundle.manifest.model.name, context.log);
  await tellOfAdditions(context.homeFolder, bundle, request.userId, context.log);
  const recommender = await createBundleRecommender(bundle, { overlay });
  return {
    recommendation: recommender.recommend(request),
    nouns: bundle.manifest.nouns,
    search: bundle.manifest.search,
    contentSearch: bundle.manifest.content_search ?? null,
    modelName: bundle.manifest.model.name,
  };
};
