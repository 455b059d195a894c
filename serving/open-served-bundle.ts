/** From a loaded bundle to what the server answers from: with its matrices filled, and warm. */
import type { Overlay } from '../contracts/recommendation.ts';
import { breathe } from '../host/breathe.ts';
import type { LoadedBundle } from '../registry/bundle/load-bundle.ts';
import type { BundleAdditions } from './additions/bundle-additions.ts';
import { shapeOf } from './additions/feature-schema.ts';
import type { ServedBundle } from './http/served-bundle.ts';
import { createBundleRecommender } from './recommender.ts';

/** Requests before the first one of a user: whatever is compiled or filled on first use is so by then. */
const WARM_REQUESTS = 50;

/** Throws what the recommender throws for the first users of the bundle: it would throw the same for everybody. */
export const openServedBundle = async (
  bundle: LoadedBundle,
  overlay?: Overlay,
  additions: BundleAdditions | null = null,
): Promise<ServedBundle> => {
  const { digest, manifest, users, items } = bundle;
  const recommender = await createBundleRecommender(bundle, {
    ...(overlay === undefined ? {} : { overlay }),
    ...(additions === null ? {} : { additions }),
  });
  for (const userId of ['nobody', ...users.ids.slice(0, WARM_REQUESTS)]) {
    recommender.recommend({ userId, limit: 10, filters: {}, preferences: {}, exclude: [] });
    await breathe();
  }
  return {
    ...{ digest, recommender, nouns: manifest.nouns },
    ...{ model: manifest.model.name, modelVersion: manifest.model.version, runId: manifest.model.run_id },
    ...{ userFields: [...users.fields.keys()], itemFields: [...items.fields.keys()] },
    eventTypes: Object.keys(manifest.labels),
    ...{ users: manifest.users, items: manifest.items, search: manifest.search.kind },
    takes: { user: shapeOf(bundle, 'user'), item: shapeOf(bundle, 'item') },
    hasTrained: (side, id) => (side === 'user' ? users : items).rows.has(id),
    additions,
  };
};
