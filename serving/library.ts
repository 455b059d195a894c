/** The recommender as other programs use it: no server, no MLflow, no TensorFlow, only a bundle's folder. */
import { TtExpError } from '../contracts/errors.ts';
import { isObject } from '../contracts/is-object.ts';
import type {
  FieldFilters,
  Overlay,
  Recommendation,
  Recommender,
  RecommendRequest,
  UserRecommendation,
} from '../contracts/recommendation.ts';
import { nearestHint } from '../policy/nearest.ts';
import { DEFAULT_LIMIT } from '../policy/serving/page-bounds.ts';
import type { RouterThresholds } from '../policy/serving/route-request.ts';
import { loadBundle } from '../registry/bundle/load-bundle.ts';
import { refuseOption } from './check-request.ts';
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

const COMMON = ['useCase', 'limit', 'offset', 'filters', 'exclude'];
const OF_ITEM = [...COMMON, 'itemId'];
const OF_USER = [...COMMON, 'userId', 'diversity', 'damping', 'engine', 'seen', 'preferences'];

/** A misspelt option would be one that is left out. Throws USAGE. */
const checkOptions = (options: unknown, known: readonly string[]): void => {
  if (!isObject(options)) {
    throw refuseOption('options', options, `an object with ${known.join(', ')}`);
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new TtExpError('USAGE', `options: got ${unknown}, expected only ${known.join(', ')}`, {
      hint: nearestHint(unknown, known, 'See docs/serving.md.'),
    });
  }
};

const asLists = (filters: CommonOptions['filters']): FieldFilters =>
  // Anything else is refused as it is.
  isObject(filters)
    ? Object.fromEntries(
        Object.entries(filters).map(([field, value]) => [field, typeof value === 'string' ? [value] : value]),
      )
    : (filters ?? {});

/**
 * Starts to load the bundle at once; throws USAGE where no folder is named. Requests throw what `loadBundle` throws, and USAGE and ITEM_NOT_FOUND as the
 * recommender does.
 */
export const createRecommender = ({ bundle: folder, ...options }: RecommenderConfig): RecommenderLibrary => {
  if (typeof folder !== 'string' || folder === '') {
    throw refuseOption('bundle', folder, "the folder of a bundle, '<home>/bundles/<digest>'");
  }
  const load = async (): Promise<{ readonly useCase: string; readonly recommender: Recommender }> => {
    const bundle = await loadBundle(folder);
    return { useCase: bundle.manifest.use_case, recommender: await createBundleRecommender(bundle, options) };
  };
  const loading = load();
  // Whoever asks hears of a failure.
  loading.catch(() => undefined);

  const open = async (given: CommonOptions, known: readonly string[]): Promise<Recommender> => {
    checkOptions(given, known);
    const { useCase } = given;
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
      const opened = await open(request, OF_USER);
      const { userId, diversity, damping, engine, seen } = request;
      return opened.recommend({
        ...common(request),
        ...{ userId, preferences: asLists(request.preferences) },
        ...(diversity === undefined ? {} : { diversity }),
        ...(damping === undefined ? {} : { damping }),
        ...(engine === undefined ? {} : { engine }),
        ...(seen === undefined ? {} : { seen }),
      });
    },
    usersFor: async (request) => (await open(request, OF_ITEM)).usersFor(ofItem(request)),
    similarItems: async (request) => (await open(request, OF_ITEM)).similarItems(ofItem(request)),
  };
};
