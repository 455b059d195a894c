/** The recommender as other programs use it: no server, no MLflow, no TensorFlow, only a bundle's folder. */
import { TtExpError } from '../contracts/errors.ts';
import type {
  FieldFilters,
  Overlay,
  Recommendation,
  Recommender,
  RecommendRequest,
  UserRecommendation,
} from '../contracts/recommendation.ts';
import { DEFAULT_LIMIT } from '../policy/serving/page-bounds.ts';
import type { RouterThresholds } from '../policy/serving/route-request.ts';
import { loadBundle } from '../registry/bundle/load-bundle.ts';
import { createBundleRecommender } from './recommender.ts';

export interface RecommenderConfig {
  /** Folder of a bundle, `<home>/bundles/<digest>`. */
  readonly bundle: string;
  /** What happened since it was built; asked anew for each request. */
  readonly overlay?: Overlay;
  readonly thresholds?: RouterThresholds;
}

interface CommonOptions {
  /** Refused where the bundle is of another use case. */
  readonly useCase?: string;
  /** 1 to 100; default 10. */
  readonly limit?: number;
  readonly offset?: number;
  /** Field to a value or to several, of which one must be there. */
  readonly filters?: Readonly<Record<string, string | readonly string[]>>;
  readonly exclude?: readonly string[];
}

export interface RecommendOptions
  extends CommonOptions,
    Pick<RecommendRequest, 'userId' | 'diversity' | 'damping' | 'engine' | 'seen'> {
  readonly preferences?: CommonOptions['filters'];
}

export interface ItemOptions extends CommonOptions {
  readonly itemId: string;
}

export interface RecommenderLibrary {
  /** Resolves once the bundle is loaded; the first request waits for that too. */
  ready(): Promise<void>;
  recommend(options: RecommendOptions): Promise<Recommendation>;
  usersFor(options: ItemOptions): Promise<UserRecommendation>;
  similarItems(options: ItemOptions): Promise<Recommendation>;
}

const asLists = (filters: CommonOptions['filters']): FieldFilters =>
  Object.fromEntries(
    Object.entries(filters ?? {}).map(([field, value]) => [field, typeof value === 'string' ? [value] : value]),
  );

/**
 * Starts to load the bundle at once. Requests throw what `loadBundle` throws, and USAGE and ITEM_NOT_FOUND as the
 * recommender does.
 */
export const createRecommender = ({ bundle: folder, ...options }: RecommenderConfig): RecommenderLibrary => {
  const load = async (): Promise<{ readonly useCase: string; readonly recommender: Recommender }> => {
    const bundle = await loadBundle(folder);
    return { useCase: bundle.manifest.use_case, recommender: await createBundleRecommender(bundle, options) };
  };
  const loading = load();
  // Whoever asks hears of a failure.
  loading.catch(() => undefined);

  const open = async ({ useCase }: CommonOptions): Promise<Recommender> => {
    const loaded = await loading;
    if (useCase !== undefined && useCase !== loaded.useCase) {
      throw new TtExpError('USAGE', `useCase: got "${useCase}", expected "${loaded.useCase}", that of the bundle`, {
        hint: 'Build a bundle of a model of that use case.',
      });
    }
    return loaded.recommender;
  };
  const common = ({ limit = DEFAULT_LIMIT, offset = 0, filters, exclude = [] }: CommonOptions) => ({
    ...{ limit, offset, exclude },
    filters: asLists(filters),
  });
  const ofItem = ({ itemId, ...request }: ItemOptions) => ({ itemId, ...common(request) });
  return {
    ready: async () => {
      await loading;
    },
    recommend: async (request) => {
      const { userId, diversity, damping, engine, seen } = request;
      return (await open(request)).recommend({
        ...common(request),
        ...{ userId, preferences: asLists(request.preferences) },
        ...(diversity === undefined ? {} : { diversity }),
        ...(damping === undefined ? {} : { damping }),
        ...(engine === undefined ? {} : { engine }),
        ...(seen === undefined ? {} : { seen }),
      });
    },
    usersFor: async (request) => (await open(request)).usersFor(ofItem(request)),
    similarItems: async (request) => (await open(request)).similarItems(ofItem(request)),
  };
};
